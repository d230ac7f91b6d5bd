"""What counts as left of a person after an erasure, and what is another's that only looks like it."""

from __future__ import annotations

import gzip
from pathlib import Path

import duckdb
import pytest

from crm360.orchestration.privacy.search import Needles, search
from crm360.orchestration.privacy.values import of_record

NEEDLES = Needles({"Lindenstraße 3", "1 Grange Road", "ann@mail.example", "Ann Lee", "+49 30 901820"}, {"c_17"})
THEIRS = [
    "Lindenstraße 3", "at Lindenstraße 3, Köln", "LINDENSTRASSE 3".replace("SS", "ß"), "1 Grange Road", "<ann@mail.example>",
    "to ann@mail.example.", "mailto:ann@mail.example?subject=x", "x=ann@mail.example&y", "“Ann Lee”", "Ann Lee's", "+49 30 901820",
    "customer c_17 is",
]  # fmt: skip
ANOTHERS = [
    "Lindenstraße 35", "11 Grange Road", "91 Grange Road", "joann@mail.example", "jo.ann@mail.example",
    "jo-ann@mail.example", "ann@mail.example.com", "ann@mail.examples", "Joann Lee", "Ann Leeson", "+49 30 9018204", "c_170",
]  # fmt: skip


def parquet(path: Path, text: str) -> None:
    with duckdb.connect() as con:
        con.execute(f"copy (select $1 as record, 7 as n) to '{path}' (format parquet)", [text])


def database(path: Path, text: str) -> None:
    with duckdb.connect(str(path)) as con:
        con.execute("create table t (record text)")
        con.execute("insert into t values ($1)", [text])


FORMS = {
    "a.log": lambda path, text: path.write_text(f"before\n{text}\nafter\n"),
    "a.parquet": parquet,
    "a.duckdb": database,
    "a.gz": lambda path, text: path.write_bytes(gzip.compress(f"before {text} after".encode())),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("text", THEIRS)
def test_what_is_theirs_is_found_however_it_lies(tmp_path: Path, form: str, text: str) -> None:
    FORMS[form](tmp_path / form, text)
    assert list(search(tmp_path, NEEDLES)) == [form]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("text", ANOTHERS)
def test_a_part_of_anothers_value_is_not_theirs(tmp_path: Path, form: str, text: str) -> None:
    FORMS[form](tmp_path / form, text)
    assert search(tmp_path, NEEDLES) == {}


def test_what_is_theirs_is_found_beside_anothers(tmp_path: Path) -> None:
    parquet(tmp_path / "a.parquet", "Lindenstraße 35, Lindenstraße 3")
    assert list(search(tmp_path, NEEDLES)) == ["a.parquet"]


@pytest.mark.parametrize("text", ["Ann Lee", "ann@mail.example"])
def test_bytes_that_are_no_text_have_no_words(tmp_path: Path, text: str) -> None:
    """As in a freed page of a database: what stood beside it there says nothing."""
    (tmp_path / "a.db").write_bytes(b"\0\1free" + text.encode() + b"page\0")
    (tmp_path / "b.txt").write_bytes(f"xx{text}xx".encode("utf-16-le"))
    assert sorted(search(tmp_path, NEEDLES)) == ["a.db", "b.txt"]


def test_an_address_of_who_brought_somebody_in_is_not_theirs() -> None:
    told = of_record(
        '{"properties": {"email": "bo@b.example", "referred_by": "ann@quast.example", "owner": "mo@us.example"}}'
    )
    assert set(told.emails) == {"bo@b.example"}
