"""docs/what-it-withstands.md W14: whatever is done to a landed batch, its stream stops and says what to do; it never shows other figures."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from crm360.connectors.engine import chain
from crm360.connectors.engine.batch import COLUMNS, FOOTER_KEY
from crm360.connectors.engine.errors import LandingError
from crm360.connectors.engine.landing import LandedRecord, Landing

NOW = datetime(2026, 7, 1, 2)
BATCHES = 7


def land(landing: Landing, number: int, now: datetime = NOW) -> Path:
    """One batch of 40 records, of which each has something that another batch has not."""
    batch = landing.start("shop", "orders", now)
    for n in range(40):
        text = f'{{"id":{n},"v":{number},"t":"{hashlib.sha256(f"{n}.{number}".encode()).hexdigest()}"}}'
        is_gone = n % 11 == number
        at = now + timedelta(minutes=n) if n % 5 else None
        batch.add(LandedRecord(str(n), None if is_gone else text, at, is_deleted=is_gone), now)
    batch.add(LandedRecord(None, '"?"', rejected_because="no key: id"), now)
    batch.footer.received = batch.footer.landed = 40
    batch.footer.rejected, batch.footer.complete = 1, True
    batch.commit()
    return batch.path


@pytest.fixture
def landed(tmp_path: Path) -> tuple[Path, list[Path]]:
    landing = Landing(tmp_path)
    return tmp_path, [land(landing, n, NOW + timedelta(days=n)) for n in range(BATCHES)]


def cut(path: Path, draw: random.Random) -> None:
    path.write_bytes(path.read_bytes()[: draw.randrange(path.stat().st_size)])


def flip(path: Path, draw: random.Random) -> None:
    content = bytearray(path.read_bytes())
    content[draw.randrange(len(content))] ^= 1 << draw.randrange(8)
    path.write_bytes(content)


def blank(path: Path, draw: random.Random) -> None:
    content = bytearray(path.read_bytes())
    at = draw.randrange(len(content) - 512)
    content[at : at + 512] = bytes(512)
    path.write_bytes(content)


def drop(path: Path, _draw: random.Random) -> None:
    path.unlink()


def empty(path: Path, _draw: random.Random) -> None:
    path.write_bytes(b"")


def older(path: Path, _draw: random.Random) -> None:
    """Another batch of the same stream stands in its place."""
    other = next(p for p in sorted(path.parent.glob("*.parquet")) if p != path)
    shutil.copy(other, path)


@pytest.mark.parametrize("damage", [cut, flip, blank, drop, empty, older])
@pytest.mark.parametrize("which", range(BATCHES))
def test_a_damaged_batch_stops_its_stream(
    landed: tuple[Path, list[Path]], damage: Callable[[Path, random.Random], None], which: int
) -> None:
    root, paths = landed
    draw, good = random.Random(f"{damage.__name__} {which}"), paths[which].read_bytes()
    known = Landing(root).known("shop", "orders", None)
    for _ in range(8 if damage in (cut, flip, blank) else 1):
        damage(paths[which], draw)
        if paths[which].exists() and paths[which].read_bytes() == good:
            continue  # nothing but zeros was blanked
        with pytest.raises(LandingError, match="from a backup, or remove the folder landing/shop/orders") as caught:
            Landing(root).newest("shop", "orders")
        assert "shop/orders" in str(caught.value) and caught.value.exit_code == 4
        with pytest.raises(LandingError):
            Landing(root).start("shop", "orders", NOW)
        paths[which].write_bytes(good)  # as out of a backup
    assert Landing(root).known("shop", "orders", None) == known


def test_what_a_batch_says_of_itself_is_sealed(landed: tuple[Path, list[Path]]) -> None:
    root, paths = landed
    file = pq.read_table(paths[2])
    told = pq.read_metadata(paths[2]).metadata
    other = told[FOOTER_KEY].replace(b'"landed":40', b'"landed":41')
    assert other != told[FOOTER_KEY]
    with pq.ParquetWriter(paths[2], COLUMNS) as writer:
        writer.write_table(file.replace_schema_metadata(None))
        writer.add_key_value_metadata({**{k: v for k, v in told.items() if k != b"ARROW:schema"}, FOOTER_KEY: other})
    with pytest.raises(LandingError, match="does not hold what was landed"):
        Landing(root).footers("shop", "orders")
    (paths[2].parent / chain.MEMORY).unlink()
    with pytest.raises(LandingError, match="can't be read"):
        Landing(root).footers("shop", "orders")


def test_the_last_ones_gone_is_noticed_and_what_came_after_the_memory_is_not_damage(
    landed: tuple[Path, list[Path]],
) -> None:
    root, paths = landed
    memory = paths[0].parent / chain.MEMORY
    before = memory.read_bytes()
    land(Landing(root), 9)
    memory.write_bytes(before)  # as after a kill right behind the rename
    assert len(Landing(root).footers("shop", "orders")) == BATCHES + 1
    for path in (*paths[4:], sorted(paths[0].parent.glob("*.parquet"))[-1]):
        path.unlink(missing_ok=True)
    with pytest.raises(LandingError, match="is missing"):
        Landing(root).newest("shop", "orders")


@pytest.mark.parametrize("garbage", [None, b"", b"\0" * 500, b"{}", b"zz\n{}"])
def test_a_memory_that_is_none_is_made_anew(landed: tuple[Path, list[Path]], garbage: bytes | None) -> None:
    root, paths = landed
    memory = paths[0].parent / chain.MEMORY
    good = memory.read_bytes()
    memory.unlink()
    if garbage is not None:
        memory.write_bytes(garbage)
    assert [f.sequence for _, f in Landing(root).footers("shop", "orders")] == list(range(1, BATCHES + 1))
    assert memory.read_bytes() == good


def test_what_was_not_touched_is_not_read_again(
    landed: tuple[Path, list[Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    root, paths = landed
    read: list[str] = []
    real = chain.file_hash
    monkeypatch.setattr(chain, "file_hash", lambda path: read.append(path.stem) or real(path))
    Landing(root).footers("shop", "orders")
    assert read == []
    os.utime(paths[3])
    Landing(root).footers("shop", "orders")
    assert read == [paths[3].stem]
    Landing(root).footers("shop", "orders", anew=True)
    assert len(read) == 1 + BATCHES


def test_the_order_is_that_of_landing_whatever_the_clock_said(tmp_path: Path) -> None:
    clocks = [
        NOW,
        NOW + timedelta(days=400),
        NOW + timedelta(days=1),
        NOW - timedelta(days=900),
        NOW + timedelta(days=2),
    ]
    landing = Landing(tmp_path)
    for number, now in enumerate(clocks):
        batch = landing.start("shop", "orders", now)
        batch.add(LandedRecord("1", f'{{"v":{number}}}'), now)  # nothing but the order of landing tells which is newer
        batch.commit()
        newest = landing.newest("shop", "orders")
        assert newest is not None and newest.batch_id == batch.footer.batch_id
        assert list(landing.live_records("shop", "orders")) == [("1", {"v": number})]
    ids = [f.batch_id for _, f in landing.footers("shop", "orders")]
    assert ids == sorted(ids), "so that SQL can go by the name, too"


def write_as_before_0_2(folder: Path, batch_id: str, records: list[tuple[str, str]]) -> Path:
    """A batch as version 0.1 wrote it."""
    whole = hashlib.blake2b(digest_size=16)
    for at in range(0, len(records), 5_000):
        for column in zip(*records[at : at + 5_000], strict=True):
            whole.update("\0".join(column).encode())
    footer = {
        "source": folder.parent.name, "stream": folder.name, "batch_id": batch_id, "started_at": NOW.isoformat(),
        "complete": True, "received": len(records), "landed": len(records), "content_hash": whole.hexdigest(), "version": 1,
    }  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    rows = [
        {
            "record_id": i, "record": r, "changed_at": NOW, "is_deleted": False, "merged_into": None,
            "rejected_because": None, "extracted_at": NOW, "batch_id": batch_id,
        }
        for i, r in records
    ]  # fmt: skip
    path = folder / f"{batch_id}.parquet"
    with pq.ParquetWriter(path, COLUMNS, compression="zstd") as writer:
        writer.write_table(pa.Table.from_pylist(rows, schema=COLUMNS))
        writer.add_key_value_metadata({FOOTER_KEY: msgspec.json.encode(footer)})
    return path


def test_a_folder_of_version_0_1_goes_on_and_is_watched_from_then_on(tmp_path: Path) -> None:
    folder = tmp_path / "shop" / "orders"
    names = ["20260629T020000000000Z", "20271231T020000000000Z", "20271231T020000000000Z-000001"]
    old = [write_as_before_0_2(folder, name, [(str(i), f'{{"n":"{name}"}}') for i in range(7_000)]) for name in names]
    assert [f.batch_id for _, f in Landing(tmp_path).footers("shop", "orders")] == names
    new = land(Landing(tmp_path), 1)
    footers = [f for _, f in Landing(tmp_path).footers("shop", "orders")]
    assert [f.sequence for f in footers] == [0, 0, 0, 4] and footers[-1].follows == names[-1]
    for path in (*old, new):
        good = path.read_bytes()
        for damage in (drop, flip):
            for draw in range(6):
                damage(path, random.Random(draw))
                with pytest.raises(LandingError):
                    Landing(tmp_path).footers("shop", "orders")
                path.write_bytes(good)
                if damage is drop:
                    break
    assert len(Landing(tmp_path).footers("shop", "orders")) == 4


def test_a_batch_hash_covers_every_column_and_not_how_rows_are_grouped(tmp_path: Path) -> None:
    rows = [
        {"record_id": "1", "record": "", "changed_at": NOW, "is_deleted": False, "extracted_at": NOW, "batch_id": "b"},
        {"record_id": "2", "record": None, "changed_at": None, "is_deleted": True, "extracted_at": NOW, "batch_id": "b"},
    ]  # fmt: skip

    def told(rows: list[dict[str, object]], at_once: int) -> str:
        whole = chain.ContentHash(COLUMNS)
        for start in range(0, len(rows), at_once):
            whole.update(pa.RecordBatch.from_pylist(rows[start : start + at_once], schema=COLUMNS))
        return whole.hexdigest()

    assert told(rows, 1) == told(rows, 2)
    others = [
        [{**rows[0], **change}, rows[1]]
        for change in (
            {"record_id": "3"}, {"record": None}, {"record": "x"}, {"changed_at": None}, {"is_deleted": True},
            {"merged_into": "2"}, {"rejected_because": ""}, {"extracted_at": NOW + timedelta(seconds=1)}, {"batch_id": "c"},
        )
    ]  # fmt: skip
    assert len({told(o, 2) for o in [rows, *others]}) == len(others) + 1


def test_a_kill_between_a_batch_and_the_memory_of_it_loses_nothing(tmp_path: Path) -> None:
    script = (
        "from pathlib import Path; from datetime import datetime;"
        "from crm360.connectors.engine.landing import Landing, LandedRecord;"
        f"b = Landing(Path({str(tmp_path)!r})).start('shop', 'orders', datetime(2026, 7, 1));"
        "b.add(LandedRecord('1', '{}'), datetime(2026, 7, 1)); b.commit()"
    )
    for _ in range(2):
        environment = os.environ | {"CRM360_FAILPOINT": "landing-renamed"}
        assert subprocess.run([sys.executable, "-c", script], env=environment, check=False).returncode == 137
    assert [f.sequence for _, f in Landing(tmp_path).footers("shop", "orders")] == [1, 2]


def test_landing_and_checking_batches_loads_no_pandas(tmp_path: Path) -> None:
    """It is 60 MB, and comes in unseen with a careless `np.asarray`."""
    script = (
        "import sys; from pathlib import Path; from datetime import datetime;"
        "from crm360.connectors.engine.landing import Landing, LandedRecord; now = datetime(2026, 7, 1);"
        f"b = Landing(Path({str(tmp_path)!r})).start('shop', 'orders', now);"
        "[b.add(LandedRecord(i, r, c, is_deleted=bool(c)), now) for i, r, c in [('1', '{}', now), (None, None, None)]];"
        f"b.commit(); Landing(Path({str(tmp_path)!r})).footers('shop', 'orders', anew=True);"
        "sys.exit('pandas' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_a_batch_without_rows_is_a_link_like_any_other(tmp_path: Path) -> None:
    for _ in range(3):
        Landing(tmp_path).start("shop", "orders", NOW).commit()
    (tmp_path / "shop" / "orders" / chain.MEMORY).unlink()
    assert [f.sequence for _, f in Landing(tmp_path).footers("shop", "orders")] == [1, 2, 3]


@pytest.mark.parametrize("damage", [cut, drop, empty, older])
@pytest.mark.parametrize("which", range(BATCHES))
def test_what_was_landed_before_the_damage_can_be_relied_on(
    landed: tuple[Path, list[Path]], damage: Callable[[Path, random.Random], None], which: int
) -> None:
    root, paths = landed
    damage(paths[which], random.Random(which))
    found, broken = Landing(root).standing("shop", "orders")
    assert [path for path, _ in found] == paths[:which]
    assert broken is not None and paths[which].stem in str(broken)


def test_of_a_chain_that_holds_all_can_be_relied_on(landed: tuple[Path, list[Path]]) -> None:
    root, paths = landed
    found, broken = Landing(root).standing("shop", "orders")
    assert ([path for path, _ in found], broken) == (paths, None)
