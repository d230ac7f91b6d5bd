"""The ledger's many small files become few, and nothing that it says is another thing: rows, versions, the next number."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pyarrow as pa
import pytest

from crm360.connectors.engine.failpoints import EXIT_CODE
from crm360.connectors.engine.forgotten import Forgotten
from crm360.orchestration.catalog import ledger, ledger_compacting, ledger_head, sealed
from crm360.orchestration.catalog.ledger import ACCOUNT_IDS, CUSTOMER_IDS, LedgerError
from crm360.orchestration.catalog.ledger_compacting import TOGETHER, compact
from crm360.orchestration.privacy import books

NIGHTS = 40
POINTS = ("ledger-put-together", "ledger-journaled", "ledger-replaced", "ledger-removed")


def night(folder: Path, number: int, book: ledger.LedgerTable = CUSTOMER_IDS) -> None:
    """A record more, and another customer of one that is there."""
    key = next(name for name in book.columns if name.endswith("_id") and name != "source_id")
    rows = [
        {"source": "shop", "source_id": str(n), key: f"c{number}", "assigned_at": datetime(2026, 1, 1)}
        for n in (number, number // 2)
    ]
    ledger.add(folder, book, pa.Table.from_pylist(rows), f"run{number}")


def said(folder: Path) -> list[Any]:
    """All that is read of the ledger: the rows of both books, in their order, and which version comes next."""
    found: list[Any] = []
    for book in (CUSTOMER_IDS, ACCOUNT_IDS):
        found += duckdb.execute(ledger.ledger_view(folder, book)).fetchall()
        found.append(ledger.versions(folder, book)[-1][1].version)
    return [*found, ledger_head.counts(folder)]


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture(scope="module")
def forty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty nights of one book and two of another, for every test to copy."""
    folder = tmp_path_factory.mktemp("ledgers") / "forty"
    for number in range(1, NIGHTS + 1):
        night(folder, number)
    for number in (1, 2):
        night(folder, number, ACCOUNT_IDS)
    return folder


@pytest.fixture
def folder(forty: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(forty, tmp_path / "ledger"))


def test_many_files_become_one_and_say_the_same(folder: Path) -> None:
    before = said(folder)
    assert compact(folder) == NIGHTS - 1
    books = [f"account_ids-{n:06}.parquet" for n in (1, 2)] + [f"customer_ids-{NIGHTS:06}.parquet"]
    assert files(folder) == [*books, "head.json"]
    assert said(folder) == before
    ledger_head.require_whole(folder, {"customer_ids": NIGHTS, "account_ids": 2})
    assert compact(folder) == 0


def test_nights_go_on_and_few_files_stand(folder: Path) -> None:
    most = 0
    for number in range(NIGHTS + 1, NIGHTS + 2 * TOGETHER + 5):
        compact(folder)
        night(folder, number)
        most = max(most, len(ledger.versions(folder)))
    assert most <= TOGETHER + 1
    last = ledger.versions(folder)[-1][1]
    assert (last.version, last.rows_before) == (NIGHTS + 2 * TOGETHER + 4, 2 * (last.version - 1))
    sql = f"select count(*), count(distinct version), max(version) from ({ledger.ledger_view(folder)})"
    assert duckdb.execute(sql).fetchall() == [(2 * last.version, last.version, last.version)]


def test_a_large_file_takes_no_more(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compact(folder)
    monkeypatch.setattr(ledger_compacting, "LARGEST", 100)
    for number in range(NIGHTS + 1, NIGHTS + TOGETHER + 1):
        night(folder, number)
    first, before = ledger.versions(folder)[0], said(folder)
    monkeypatch.setattr(ledger_compacting, "LARGEST", first[0].stat().st_size)
    assert compact(folder) == TOGETHER - 1
    assert [footer.spans for _, footer in ledger.versions(folder)] == [NIGHTS, TOGETHER] and said(folder) == before


@pytest.mark.parametrize("point", POINTS)
def test_a_kill_leaves_the_ledger_of_before_or_of_after(folder: Path, point: str) -> None:
    before = said(folder)
    code = "import sys, pathlib; from crm360.orchestration.catalog import ledger_compacting as c; c.compact(pathlib.Path(sys.argv[1]))"
    killed = subprocess.run([sys.executable, "-c", code, str(folder)], env=os.environ | {"CRM360_FAILPOINT": point})
    assert killed.returncode == EXIT_CODE
    assert said(folder) == before
    ledger_head.require_whole(folder, {"customer_ids": NIGHTS})
    compact(folder)
    assert said(folder) == before and len(files(folder)) == 4


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda path: path.unlink(), "is missing"),
        (lambda path: path.write_bytes(path.read_bytes()[:-40]), "can't be read|is not as it was written"),
        (lambda path: path.rename(path.with_name("customer_ids-000039.parquet")), "does not follow|is missing"),
        (lambda path: path.write_bytes(path.read_bytes().replace(b"shop", b"shoq")), "is not as it was written"),
    ],
    ids=["gone", "cut", "renamed", "changed"],
)
def test_damage_to_what_was_put_together_is_told(folder: Path, damage: Callable[[Path], None], sentence: str) -> None:
    compact(folder)
    damage(ledger.versions(folder)[-1][0])
    with pytest.raises(LedgerError, match=sentence):
        ledger.require_known(folder, folder.parent / "published")


def test_a_ledger_that_was_shortened_before_it_was_put_together_is_told(folder: Path) -> None:
    """Each is told by what was published, with and without the head."""
    for number in (NIGHTS, NIGHTS - 1):
        (folder / f"customer_ids-{number:06}.parquet").unlink()
    with pytest.raises(LedgerError, match="is missing"):
        compact(folder)
    (folder / "head.json").unlink()
    compact(folder)
    with pytest.raises(LedgerError, match=f"ends with version {NIGHTS - 2} and ended with {NIGHTS}"):
        ledger_head.require_whole(folder, {"customer_ids": NIGHTS})


def test_a_journal_of_before_is_brought_to_its_end(folder: Path) -> None:
    first = folder / "customer_ids-000001.parquet"
    before = said(folder)
    shutil.copy(first, ledger_head.renewed(first))
    sealed.write(folder / ledger_head.JOURNAL, [first.name])
    assert said(folder) == before and not ledger_head.renewed(first).exists()
    assert not (folder / ledger_head.JOURNAL).exists()


def test_a_version_of_crm360_that_knows_no_such_file_says_so(folder: Path) -> None:
    compact(folder)
    path, footer = ledger.versions(folder)[-1]
    assert footer.format == ledger.MANY_VERSIONS and ledger.versions(folder, ACCOUNT_IDS)[0][1].format == 1
    newer = msgspec.structs.replace(footer, format=ledger.MANY_VERSIONS + 1)
    with duckdb.connect() as con:
        ledger.write_file(con, f"select * from read_parquet('{path}')", None, newer, path.with_name("new"))
    path.with_name("new").replace(path)
    with pytest.raises(LedgerError, match="newer version of crm360"):
        ledger.versions(folder)


def test_who_is_forgotten_goes_from_what_was_put_together(folder: Path) -> None:
    compact(folder)
    of = Forgotten(b"k" * 32)
    of.marks = {"customer": {of.hash("customer", "c7")}}
    before = said(folder)
    assert books.look(folder, of) == books.rewrite(folder, of) == 2
    left = [row for row in before if not isinstance(row, tuple) or row[2] != "c7"]
    assert said(folder) == left and len(ledger.versions(folder)) == 1
    night(folder, NIGHTS + 1)
    assert ledger.versions(folder)[-1][1].rows_before == 2 * NIGHTS - 2
