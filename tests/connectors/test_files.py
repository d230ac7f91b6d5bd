"""Files: what each format lands, what is held back, and when a file is read again."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from crm360.connectors.engine.errors import ConfigError, FileProblem
from tests.connectors.declared import SOURCE, Night


def toml(path: str, more: str = 'key = ["id"]') -> str:
    return f"""
        [sources.{SOURCE}]
        system = "files"
        [sources.{SOURCE}.streams.rows]
        path = "{path}"
        {more}
        [[sources.{SOURCE}.streams.rows.entities]]
        entity = "contacts"
        fields = {{ email = "mail" }}
    """


@pytest.fixture
def night(tmp_path: Path) -> Night:
    return Night(tmp_path)


def test_csv_stays_text(night: Night) -> None:
    (night.folder / "a.csv").write_text('id;mail;amount\n007;"a;b@x";1.10\n12345678901234567890;ü@x;\n')
    night.footer(toml("a.csv", 'key = ["id"]\ndelimiter = ";"'))
    assert night.live() == {
        "007": {"id": "007", "mail": "a;b@x", "amount": "1.10"},
        "12345678901234567890": {"id": "12345678901234567890", "mail": "ü@x", "amount": None},
    }


def test_json_lines_are_landed_byte_by_byte(night: Night) -> None:
    lines = ['{"id": 1, "mail": "a", "n": 1.10}', '{"id":12345678901234567890,  "mail": "b"}']
    (night.folder / "a.jsonl").write_bytes(b"\xef\xbb\xbf" + "\n\n".join(lines).encode())
    night.footer(toml("a.jsonl"))
    assert sorted(night.texts().values()) == sorted(lines)


def test_five_thousand_columns_and_a_new_type_night_by_night(night: Night) -> None:
    names = ["id", "mail", *(f"c{n}" for n in range(5000))]
    for kind in ("7", "seven"):
        (night.folder / "a.csv").write_text(",".join(names) + "\n1,a" + f",{kind}" * 5000 + "\n")
        night.footer(toml("a.csv"))
        assert night.live()["1"]["c4999"] == kind and len(night.live()["1"]) == 5002


def test_parquet(night: Night) -> None:
    path = night.folder / "a.parquet"
    duckdb.execute(f"copy (select 1 as id, 'a' as mail, 1.10::decimal(18, 2) as amount) to '{path}' (format parquet)")
    night.footer(toml("a.parquet"))
    assert night.live()["1"]["mail"] == "a" and '"amount":1.10' in night.texts()["1"]


@pytest.mark.parametrize(
    ("name", "text", "landed", "reasons"),
    [
        ("a.csv", "id,mail\n1,a\n2,b,too,many\n,no key\n3,c\n", 2, ["CSV: too many columns", "no key: id"]),
        ("a.jsonl", '{"id": 1}\nnot json\n[1]\n{"mail": "x"}\n', 1, ["no key: id", "not a JSON object", "not a JSON object"]),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_held_back(night: Night, name: str, text: str, landed: int, reasons: list[str]) -> None:
    (night.folder / name).write_text(text)
    footer = night.footer(toml(name))
    assert (footer.landed, footer.rejected) == (landed, len(reasons))
    assert sorted(night.rejections()) == reasons


def test_a_field_that_some_lines_leave_out_is_not_missing(night: Night) -> None:
    (night.folder / "a.jsonl").write_text('{"id": 1}\n{"id": 2, "mail": null}\n' + '{"id":3,"x":' + "[" * 99_999 + "\n")
    footer = night.footer(toml("a.jsonl"))
    assert (footer.landed, footer.rejected) == (2, 1)
    (night.folder / "a.jsonl").write_text("")
    assert night.footer(toml("a.jsonl")).landed == 0


def test_a_file_that_has_not_changed_is_not_read_again(night: Night) -> None:
    path = night.folder / "a.csv"
    path.write_text("id,mail\n1,a\n2,b\n")
    assert night.footer(toml("a.csv")).reading == "full"
    again = night.footer(toml("a.csv"))
    assert (again.reading, again.received) == ("unchanged", 0)
    path.write_text("id,mail\n2,new\n3,c\n")
    footer = night.footer(toml("a.csv"))
    assert (footer.received, footer.landed, footer.deleted) == (2, 2, 1)
    assert {i: r["mail"] for i, r in night.live().items()} == {"2": "new", "3": "c"}
    path.write_text("id,mail\n3,c\n")
    night.footer(toml("a.csv", 'key = ["id"]\ndeletes = "none"'))
    assert set(night.live()) == {"2", "3"}


def test_without_a_key_the_record_is_its_own_id(night: Night) -> None:
    (night.folder / "a.csv").write_text("mail\na\na\nb\n")
    footer = night.footer(toml("a.csv", ""))
    assert (footer.received, footer.landed, footer.duplicate) == (3, 2, 1)


def test_a_pattern_takes_all_that_fit(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = night.folder / "exports"
    folder.mkdir()
    for n in (1, 2):
        (folder / f"people-{n}.jsonl").write_text(json.dumps({"id": n, "mail": "x"}))
    assert night.footer(toml("${EXPORTS:-exports}/people-*.jsonl")).pages == 2
    monkeypatch.setenv("EXPORTS", "elsewhere")
    with pytest.raises(FileProblem, match=r"there is no file people-\*\.jsonl"):
        night.footer(toml("${EXPORTS:-exports}/people-*.jsonl"))


@pytest.mark.parametrize(
    ("name", "text", "error", "said"),
    [
        ("a.csv", "id,email\n1,a\n", FileProblem, "a.csv lacks the mapped column 'mail'"),
        (
            "a.jsonl",
            '{"id":1,"email":"a"}\n{"id":2}\n',
            FileProblem,
            "no record of a.jsonl has the mapped field 'mail'",
        ),
        ("a.parquet", "no parquet", FileProblem, "a.parquet can't be read as parquet"),
        ("a.xlsx", "", ConfigError, "format is one of csv, jsonl, parquet"),
    ],
)
def test_what_cannot_be_read_is_said(night: Night, name: str, text: str, error: type, said: str) -> None:
    (night.folder / name).write_text(text)
    with pytest.raises(error, match=said):
        night.footer(toml(name))
