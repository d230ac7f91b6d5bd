"""A durable write, SQL's quotes and the writing of times each have one home, and keep their word."""

from __future__ import annotations

import os
import re
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from crm360 import durable, quoting
from crm360.moments import iso, utc_now
from crm360.orchestration.settings import custom
from crm360.orchestration.settings.macros import Macros
from crm360.orchestration.settings.mapping import ENTITIES

ROOT = Path(__file__).parents[2]
AT = datetime(2026, 7, 1, 2, 3, 4, 567890)


def test_a_write_replaces_in_one_step_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b"before")
    with path.open("rb") as reader:
        durable.write(path, b"after", durable=True)
        assert reader.read() == b"before", "whoever had it open reads on"
    assert path.read_bytes() == b"after" and stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [p.name for p in tmp_path.iterdir()] == ["a.json"]


@pytest.mark.parametrize("failing", ["fsync", "replace"])
def test_a_write_that_fails_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "a.json"
    path.write_bytes(b"before")
    monkeypatch.setattr(os, failing, full)
    with pytest.raises(OSError, match="No space left"):
        durable.write(path, b"after", durable=True)
    assert path.read_bytes() == b"before" and [p.name for p in tmp_path.iterdir()] == ["a.json"]


def test_what_is_durable_is_synced_before_and_after_it_takes_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    sync, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda handle: (done.append("sync"), sync(handle)))
    monkeypatch.setattr(os, "replace", lambda *names: (done.append("replace"), replace(*names)))
    durable.write(tmp_path / "a", b"1")
    assert done == ["replace"]
    durable.write(tmp_path / "b", b"1", durable=True)
    assert done == ["replace", "sync", "replace", "sync"]


@pytest.mark.parametrize("name", ["plain", 'with "quotes"', "it's", "semi;colon -- and ''"])
def test_names_and_texts_come_through_sql_as_they_are(name: str) -> None:
    with duckdb.connect() as con:
        con.execute(f"select {quoting.literal(name)} as {quoting.identifier(name)}")
        assert con.description is not None and con.description[0][0] == name
        assert con.fetchall() == [(name,)]
        listed = con.execute(f"select [{quoting.literals([name, 'b'])}]").fetchall()
    assert listed == [([name, "b"],)]


def test_times_are_written_as_each_api_wants_them() -> None:
    assert iso(AT) == "2026-07-01T02:03:04Z"
    assert iso(AT, "+00:00") == iso(AT.replace(tzinfo=UTC), "+00:00") == "2026-07-01T02:03:04+00:00"
    assert iso(AT, zone="", separator=" ") == "2026-07-01 02:03:04"
    assert utc_now().tzinfo is None and abs(datetime.now(UTC).replace(tzinfo=None) - utc_now()) < timedelta(minutes=1)


# Elsewhere they may stand where a room has a reason of its own, which is told here.
ELSEWHERE = {
    r"os\.replace\(": {
        "connectors/engine/batch.py": "a batch's rename is its commit, with failpoints between the steps",
        "connectors/engine/chain.py": "what can be made anew is not worth waiting for the disk",
        "orchestration/publish/versions.py": "the pointer is a link",
        "orchestration/docs/site.py": "a folder",
        "orchestration/catalog/ledger_head.py": "files of a ledger that are written anew together, journalled first",
    },
    r"""\.replace\("'", "''"\)""": {},
    r"\bcopy \(.* to .*(header|csv)": {},  # CSV as an engine writes it, formulas and all
    r"isoformat\(timespec": {},
    r"datetime\.now\(UTC\)\.replace\(tzinfo=None\)": {},
}


@pytest.mark.parametrize("pattern", ELSEWHERE)
def test_nobody_does_it_again(pattern: str) -> None:
    rooms = ("connectors/engine", "connectors/systems", "orchestration", "expectations")
    files = [path for room in rooms for path in (ROOT / room).rglob("*.py")]
    assert len(files) > 100
    found = {path.relative_to(ROOT).as_posix() for path in files if re.search(pattern, path.read_text())}
    assert found <= set(ELSEWHERE[pattern]), found - set(ELSEWHERE[pattern])


def test_the_lists_of_entities_agree() -> None:
    """The macro that gives each entity its fields, the mapping's list, and the five whose custom fields are carried on."""
    assert set(Macros().call("shapes")) == {*ENTITIES, "owners"}
    held = (ROOT / "dbt_project/models/intermediate/metrics/int_records_quarantined.sql").read_text()
    listed = re.findall(r"for entity in \[(.+?)\]", held)
    assert [re.findall(r"'(\w+)'", names) for names in listed] == [list(custom.TABLES)]
