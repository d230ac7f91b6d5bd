"""Batches: the file is the commit, the footer is the state, and nothing half-written is ever seen."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from crm360.connectors.engine.errors import ConfigError, LandingError
from crm360.connectors.engine.landing import LandedRecord, Landing, content_number, read_footer

NOW = datetime(2026, 7, 1, 2)


def land(landing: Landing, *rows: LandedRecord, **facts: object) -> str:
    batch = landing.start("shop", "orders", NOW)
    for row in rows:
        batch.add(row, NOW)
    for name, value in ({"complete": True} | facts).items():
        setattr(batch.footer, name, value)
    return batch.commit().batch_id


def test_a_batch_holds_the_fixed_columns_and_its_state(tmp_path: Path) -> None:
    landing = Landing(tmp_path)
    land(landing, LandedRecord("1", '{"id":1,"price":1.10}', NOW), cursor_after=NOW, state={"parents": ["a"]})
    ((path, footer),) = landing.footers("shop", "orders")
    assert (footer.cursor_after, footer.state, footer.complete) == (NOW, {"parents": ["a"]}, True)
    rows = duckdb.sql(f"select * from '{path}'")
    assert rows.columns == [
        "record_id", "record", "changed_at", "is_deleted", "merged_into", "rejected_because", "extracted_at", "batch_id",
    ]  # fmt: skip
    assert duckdb.execute(f"select record from '{path}'").fetchall() == [('{"id":1,"price":1.10}',)]
    assert duckdb.execute(f"select typeof(changed_at) from '{path}'").fetchall() == [("TIMESTAMP",)]


def test_duckdb_reads_the_footers_as_a_table(tmp_path: Path) -> None:
    land(Landing(tmp_path), LandedRecord("1", "{}"), received=1, landed=1)
    sql = f"select decode(value)::json->>'received' from parquet_kv_metadata('{tmp_path}/*/*/*.parquet') where decode(key) = 'crm360'"
    assert duckdb.execute(sql).fetchall() == [("1",)]


def test_batches_sort_in_the_order_of_their_landing_even_if_the_clock_goes_back(tmp_path: Path) -> None:
    landing = Landing(tmp_path)
    first = land(landing, LandedRecord("1", "{}"))
    second = land(landing, LandedRecord("1", "{}"))
    third = landing.start("shop", "orders", datetime(2020, 1, 1)).footer.batch_id
    assert first < second < third


@pytest.mark.parametrize("content", [b"", b"PAR1 torn", None])
def test_a_file_that_is_no_batch_stops_the_stream(tmp_path: Path, content: bytes | None) -> None:
    landing = Landing(tmp_path)
    land(landing, LandedRecord("1", "{}"))
    path = tmp_path / "shop" / "orders" / "b00000002-29990101T000000000000Z.parquet"
    if content is None:
        duckdb.sql("select 1 as record_id").write_parquet(str(path))
    else:
        path.write_bytes(content)
    with pytest.raises(LandingError, match="b00000002-29990101T000000000000Z can't be read: restore"):
        landing.newest("shop", "orders")
    path.unlink()
    assert len(landing.footers("shop", "orders")) == 1


def test_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        land(Landing(tmp_path / "landing"), LandedRecord("1", "{}"))
    finally:
        os.umask(old)
    for path in (tmp_path / "landing").rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


@pytest.mark.parametrize(
    "name", ["../x", "/etc/x", 'x"; drop table y', "a\0b", "x" * 300, "CON", "con", "naïve", "", "1x"]
)
def test_names_that_are_no_names_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError):
        Landing(tmp_path).folder("shop", name)


def test_the_newest_version_of_a_record_is_known_and_a_deleted_one_is_not_live(tmp_path: Path) -> None:
    landing = Landing(tmp_path)
    land(
        landing,
        LandedRecord("a", '{"v":1}', NOW),
        LandedRecord("b", '{"v":1}', NOW),
        LandedRecord("c", "x", rejected_because="bad"),
    )
    land(
        landing,
        LandedRecord("a", '{"v":2}', NOW.replace(day=2)),
        LandedRecord("b", None, NOW.replace(day=2), is_deleted=True),
    )
    known = landing.known("shop", "orders", None)
    assert known["a"].content == LandedRecord("a", '{"v":2}').content == content_number(b'{"v":2}|false|')
    assert (known["a"].deleted_at, known["b"].deleted_at) == (None, NOW.replace(day=2))
    assert set(known) == {"a", "b"}
    assert landing.live_ids("shop", "orders") == {"a"}
    assert list(landing.live_records("shop", "orders")) == [("a", {"v": 2})]


def test_a_disk_that_refuses_is_a_clear_error_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    landing = Landing(tmp_path)
    batch = landing.start("shop", "orders", NOW)
    batch.add(LandedRecord("1", "{}"), NOW)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(LandingError, match="No space left on device"):
        batch.commit()
    assert list((tmp_path / "shop" / "orders").iterdir()) == []


@pytest.mark.parametrize(
    ("point", "committed"), [("landing-written", 0), ("landing-synced", 0), ("landing-renamed", 1)]
)
def test_a_power_cut_at_any_point_leaves_a_whole_batch_or_none(tmp_path: Path, point: str, committed: int) -> None:
    script = (
        "from pathlib import Path; from datetime import datetime; from crm360.connectors.engine.landing import Landing, LandedRecord;"
        f"b = Landing(Path({str(tmp_path)!r})).start('shop', 'orders', datetime(2026, 7, 1));"
        "b.add(LandedRecord('1', '{}'), datetime(2026, 7, 1)); b.commit()"
    )
    done = subprocess.run([sys.executable, "-c", script], env=os.environ | {"CRM360_FAILPOINT": point}, check=False)
    assert done.returncode == 137
    landing = Landing(tmp_path)
    assert len(landing.footers("shop", "orders")) == committed
    land(landing, LandedRecord("2", "{}"))
    left = sorted(p.name for p in (tmp_path / "shop" / "orders").iterdir() if p.suffix != ".parquet")
    assert left == [".chain"], "what the dead run left is cleared by the next"
    assert all(read_footer(p) for p in (tmp_path / "shop" / "orders").glob("*.parquet"))
