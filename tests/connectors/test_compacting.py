"""Landing that does not grow by the night: small batches become yearly ones, and nothing that was landed is another one."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from crm360.connectors.engine import chain, compacting
from crm360.connectors.engine.compacting import RECENT, TOGETHER, compact
from crm360.connectors.engine.errors import LandingError
from crm360.connectors.engine.fields import Change
from crm360.connectors.engine.landing import LandedRecord, Landing
from crm360.orchestration.catalog.landed import show_landed

BEGIN = datetime(2025, 3, 1, 2)
HISTORY = "select * from landing.batches order by batch_id"
POINTS = ("erasing-written", "erasing-journaled", "erasing-begun", "erasing-replaced", "erasing-removed", "erasing-remembered")  # fmt: skip


def night(landing: Landing, number: int, begin: datetime = BEGIN) -> None:
    """Two records change a night, one of ten nights deletes one and refuses another; the clock goes on by a day."""
    now = begin + timedelta(days=number)
    batch = landing.start("shop", "orders", now)
    changed = sorted({number % 50, (number * 7) % 50})
    for n in changed:
        batch.add(LandedRecord(str(n), f'{{"id":{n},"night":{number}}}', now), now)
    batch.footer.received = batch.footer.landed = len(changed)
    if number % 10 == 3:
        batch.add(LandedRecord(str(number % 50), None, now + timedelta(minutes=1), is_deleted=True), now)
        batch.add(LandedRecord("x", '{"id":', rejected_because="not JSON: malformed"), now)
        batch.footer.received, batch.footer.derived, batch.footer.rejected = len(changed) + 1, 1, 1
    if number in (5, 6):  # one that is deleted for good
        batch.add(LandedRecord("d", '{"id":"d"}' if number == 5 else None, now, is_deleted=number == 6), now)
        batch.footer.received = batch.footer.landed = len(changed) + 1
    if number == 40:
        batch.footer.schema_changes = [Change("color", "new", "", "text")]
    batch.footer.finished_at, batch.footer.window_to = now + timedelta(seconds=9), now
    batch.footer.cursor_after, batch.footer.complete, batch.footer.state = now, True, {"night": number}
    batch.fields = b'{"id": {"kinds": ["number"]}}'
    batch.commit()


def told(root: Path) -> dict[str, Any]:
    """All that others read of a stream: the versions, the history, what is refused, what is known."""
    landing = Landing(root)
    with duckdb.connect() as con:
        show_landed(con, root, ["shop"])
        views = ("versions", "batches", "rejections", "schema_changes")
        found = {name: con.execute(f"select * from landing.{name} order by all").fetchall() for name in views}
    last = landing.newest("shop", "orders")
    assert last is not None
    known = landing.known("shop", "orders", None)
    return found | {
        "known": known,
        "state": last.state,
        "cursor": last.cursor_after,
        "live": landing.live_ids("shop", "orders"),
    }


def files(root: Path) -> list[str]:
    return sorted(p.name for p in (root / "shop/orders").glob("*.parquet"))


@pytest.fixture(scope="module")
def hundred(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hundred nights, for every test to copy."""
    root = tmp_path_factory.mktemp("hundred")
    landing = Landing(root)
    for number in range(100):
        night(landing, number)
    return root


@pytest.fixture
def landed(hundred: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(hundred, tmp_path / "landing"))


NOW = BEGIN + timedelta(days=100)


def test_old_batches_become_one_and_all_is_told_as_before(landed: Path) -> None:
    before, rows = told(landed), duckdb.sql(f"select * from read_parquet('{landed}/shop/orders/*.parquet') order by all").fetchall()  # fmt: skip
    done = compact(Landing(landed), "shop", "orders", NOW)
    old = sum(BEGIN + timedelta(days=n) < NOW - RECENT for n in range(100))
    assert (done.batches, done.rows) == (old, 0) and len(files(landed)) == 100 - old + 1
    assert told(landed) == before
    after = duckdb.sql(f"select * from read_parquet('{landed}/shop/orders/*.parquet') order by all").fetchall()
    assert after == rows, "each row with the batch that it came in"
    (path, first), (_, second), *_ = Landing(landed).footers("shop", "orders", anew=True)
    assert (first.sequence, first.spans, first.follows) == (old, old, "")
    assert (second.follows, second.follows_hash) == (first.batch_id, first.content_hash)
    assert [p.batch_id for p in first.parts] == sorted(p.batch_id for p in first.parts) and len(first.parts) == old
    assert path.stat().st_mode & 0o777 == 0o600 and not list(path.parent.glob("*.new"))
    night(Landing(landed), 100)
    assert told(landed)["state"] == {"night": 100}
    assert Landing(landed).fields("shop", "orders") is not None


def test_few_or_recent_batches_are_left(tmp_path: Path) -> None:
    for number in range(TOGETHER - 1):
        night(Landing(tmp_path), number)
    assert compact(Landing(tmp_path), "shop", "orders", NOW + timedelta(days=300)).batches == 0
    for number in range(TOGETHER - 1, TOGETHER + 20):
        night(Landing(tmp_path), number)
    assert compact(Landing(tmp_path), "shop", "orders", BEGIN + timedelta(days=TOGETHER + 20)).batches == 0


def test_a_year_that_is_over_is_one_batch_and_another_year_another(tmp_path: Path) -> None:
    begin = datetime(2025, 11, 15, 2)
    for number in range(120):
        night(Landing(tmp_path), number, begin)
    before = told(tmp_path)
    compact(Landing(tmp_path), "shop", "orders", begin + timedelta(days=130))
    years = [f.started_at.year for _, f in Landing(tmp_path).footers("shop", "orders") if f.spans > 1]
    assert years == [2025, 2026] and told(tmp_path) == before


def test_a_large_batch_stays_what_it_is(landed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    size = {p.stem: p.stat().st_size for p in (landed / "shop/orders").glob("*.parquet")}
    monkeypatch.setattr(compacting, "SMALL", max(size.values()) - 1)
    before = told(landed)
    compact(Landing(landed), "shop", "orders", NOW)
    large = max(size, key=lambda stem: size[stem])
    assert f"{large}.parquet" in files(landed) and told(landed) == before


@pytest.mark.night
@pytest.mark.parametrize("point", POINTS)
def test_a_kill_at_any_point_changes_nothing_and_the_next_run_ends_it(landed: Path, point: str, keep: int = 40) -> None:
    whole = Path(shutil.copytree(landed, landed.parent / "whole"))
    compact(Landing(whole), "shop", "orders", NOW, keep)
    before = told(landed)
    script = (
        "from pathlib import Path; from datetime import datetime;"
        "from crm360.connectors.engine.landing import Landing; from crm360.connectors.engine.compacting import compact;"
        f"compact(Landing(Path({str(landed)!r})), 'shop', 'orders', datetime.fromisoformat({NOW.isoformat()!r}), {keep})"
    )
    environment = os.environ | {"CRM360_FAILPOINT": point}
    assert subprocess.run([sys.executable, "-c", script], env=environment, check=False).returncode == 137
    standing = told(landed)
    assert standing in (before, told(whole))
    Landing(landed).footers("shop", "orders", anew=True)
    compact(Landing(landed), "shop", "orders", NOW, keep)
    assert told(landed) == told(whole) and files(landed) == files(whole)


def damage(content: bytes, draw: random.Random) -> bytes:
    at = draw.randrange(len(content))
    return content[:at] + bytes([content[at] ^ 1 << draw.randrange(8)]) + content[at + 1 :]


def test_a_yearly_batch_is_watched_like_any_other(landed: Path) -> None:
    compact(Landing(landed), "shop", "orders", NOW)
    yearly, draw = landed / "shop/orders" / files(landed)[0], random.Random(7)
    good = yearly.read_bytes()
    spoilt: list[Callable[[], object]] = [
        lambda: yearly.write_bytes(damage(good, draw)),
        lambda: yearly.write_bytes(good[:-9]),
        lambda: yearly.unlink(),
    ]
    for spoil in [*spoilt, *spoilt[:1] * 20]:
        spoil()
        with pytest.raises(LandingError, match="from a backup, or remove the folder landing/shop/orders"):
            Landing(landed).footers("shop", "orders")
        yearly.write_bytes(good)
    (yearly.parent / chain.MEMORY).unlink()
    assert len(Landing(landed).footers("shop", "orders")) == len(files(landed))
    second = landed / "shop/orders" / files(landed)[1]
    kept = second.read_bytes()
    second.unlink()
    (yearly.parent / chain.MEMORY).unlink()
    with pytest.raises(LandingError, match="is missing"):
        Landing(landed).footers("shop", "orders")
    second.write_bytes(kept)


def test_what_is_not_kept_any_longer_goes_and_the_newest_versions_stay(landed: Path) -> None:
    before = told(landed)
    done = compact(Landing(landed), "shop", "orders", NOW, keep_days=40)
    after = told(landed)
    cut = NOW - timedelta(days=40)
    assert done.rows == len(before["versions"]) - len(after["versions"]) + (len(after["rejections"]) - len(before["rejections"]))  # fmt: skip
    assert after["live"] == before["live"] and after["state"] == before["state"]
    assert {i: k for i, k in before["known"].items() if i in after["known"]} == after["known"]
    gone = before["known"].keys() - after["known"].keys()
    assert gone == {"d"} and before["known"]["d"].deleted_at < cut
    text = duckdb.sql(f"select record_id, extracted_at, is_deleted from read_parquet('{landed}/shop/orders/*.parquet')").fetchall()  # fmt: skip
    assert not {i for i, _, _ in text} & gone
    # Of each record that is left: the newest, and what was outdated within the forty days.
    for record_id in after["live"]:
        times = sorted(at for i, at, _ in text if i == record_id)
        assert all(later >= cut for later in times[1:])
    with duckdb.connect() as con:
        show_landed(con, landed, ["shop"])
        sums = "select sum(landed + derived - removed), (select count(*) from landing.versions where rejected_because is null) from landing.batches"
        ((stands, versions),) = con.execute(sums).fetchall()
    assert stands == versions, "what was landed, less what was removed, is what stands"
    Landing(landed).footers("shop", "orders", anew=True)
    assert compact(Landing(landed), "shop", "orders", NOW + timedelta(days=1), keep_days=40).rows == 0, "once a week"
    assert compact(Landing(landed), "shop", "orders", NOW + timedelta(days=8), keep_days=40).rows > 0


def test_what_was_merged_stays_known_without_its_content(tmp_path: Path) -> None:
    landing = Landing(tmp_path)
    for n in range(3):
        batch = landing.start("crm", "people", BEGIN + timedelta(days=n))
        row = [LandedRecord("1", '{"a":"Ann"}', BEGIN), LandedRecord("1", '{"a":"Ann"}', BEGIN + timedelta(1), is_deleted=True, merged_into="2")]  # fmt: skip
        batch.add(row[n] if n < 2 else LandedRecord("2", '{"a":"Bob"}', BEGIN), BEGIN + timedelta(days=n))
        batch.footer.complete = True
        batch.commit()
    compact(landing, "crm", "people", NOW, keep_days=30)
    sql = f"select record_id, record, merged_into from read_parquet('{tmp_path}/crm/people/*.parquet') order by 1"
    assert duckdb.sql(sql).fetchall() == [("1", None, "2"), ("2", '{"a":"Bob"}', None)]
    assert compact(landing, "crm", "people", NOW + timedelta(days=9), keep_days=30).rows == 0


def test_two_versions_that_only_differ_in_content_stay(tmp_path: Path) -> None:
    landing = Landing(tmp_path)
    batch = landing.start("crm", "people", BEGIN)
    for text in ('{"v":1}', '{"v":2}'):
        batch.add(LandedRecord("1", text, BEGIN), BEGIN)
    batch.commit()
    assert compact(landing, "crm", "people", NOW, keep_days=30).rows == 0


@pytest.mark.long
def test_a_year_of_nights_costs_the_same_by_the_night(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A year of nights of one small stream: what a night takes, and how many files there are, stay flat."""
    landing, took, counts = Landing(tmp_path), [], []
    for number in range(366):
        began = time.process_time()
        night(landing, number)
        compact(landing, "shop", "orders", BEGIN + timedelta(days=number), keep_days=365)
        Landing(tmp_path).known("shop", "orders", None)
        took.append(time.process_time() - began)
        counts.append(len(files(tmp_path)))
    early, late = sorted(took[60:120])[30], sorted(took[306:366])[30]
    with capsys.disabled():
        print(f"\na night of one small stream: {early * 1e3:.1f} ms after two months, {late * 1e3:.1f} ms after a year; files {max(counts)}")  # fmt: skip
    assert max(counts) <= RECENT.days + TOGETHER + 3
    assert late < 3 * early
