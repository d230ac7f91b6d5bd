"""docs/what-it-withstands.md W14 to W16: whatever is done to what is kept, `verify` and the next run say so, and what to do."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from crm360 import durable
from crm360.orchestration.catalog import ledger, ledger_head
from crm360.orchestration.cli.console import Console
from crm360.orchestration.cli.verifying import verify
from crm360.orchestration.publish import versions

from .world import World


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(tmp_path_factory.mktemp("world"), 20).make()


@pytest.fixture
def world(made: World, tmp_path: Path) -> World:
    return made.copied(tmp_path / "w")


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-9])


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 4
    path.chmod(0o600)
    path.write_bytes(content)


def drop(path: Path) -> None:
    path.unlink()


def swap(path: Path) -> None:
    other = next(
        p for p in sorted(path.parent.glob(f"*{path.suffix}")) if p != path and p.read_bytes() != path.read_bytes()
    )
    path.chmod(0o600)
    path.write_bytes(other.read_bytes())


def test_all_is_whole_and_stays_so(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify(world.config, Console()) == 0
    assert "5 streams, 6 books, 2 versions: all whole" in capsys.readouterr().out
    assert verify(world.config, Console(), as_json=True) == 0
    assert json.loads(capsys.readouterr().out)["ok"] is True


@pytest.mark.parametrize("damage", [cut, flip, drop, swap])
@pytest.mark.parametrize("which", [0, -1])
def test_any_file_of_a_book_that_is_another_one_is_exit_6(
    world: World, capsys: pytest.CaptureFixture[str], damage: Callable[[Path], None], which: int
) -> None:
    folder = world.data / "ledger"
    ledger.require_known(folder, world.data / "published")
    path = sorted(folder.glob("customer_ids-*.parquet"))[which]
    damage(path)
    with pytest.raises(ledger.LedgerError) as caught:
        ledger.require_known(folder, world.data / "published")
    assert caught.value.exit_code == 6 and "restore data/ledger" in str(caught.value)
    assert verify(world.config, Console()) == 6
    assert path.name in capsys.readouterr().out


def test_a_ledger_without_its_head_is_compared_with_what_is_published(world: World) -> None:
    folder, published = world.data / "ledger", world.data / "published"
    told = json.loads((published / "current" / "manifest.json").read_text())
    told["ledger"] = ledger_head.counts(folder)  # as the publish of a run writes it
    assert told["ledger"] == {"customer_ids": 2}
    path = published / versions.current(published) / "manifest.json"  # type: ignore[operator]
    path.chmod(0o600)
    path.write_text(json.dumps(told))
    (folder / "head.json").unlink()
    ledger.require_known(folder, published)
    assert ledger_head.counts(folder) == {"customer_ids": 2}  # made anew
    (folder / "head.json").unlink()
    sorted(folder.glob("customer_ids-*.parquet"))[-1].unlink()
    with pytest.raises(ledger.LedgerError, match="ends with version 1 and ended with 2 when"):
        ledger.require_known(folder, published)


def test_a_head_that_is_garbage_is_exit_6_and_one_that_a_kill_left_behind_is_not(world: World) -> None:
    folder, published = world.data / "ledger", world.data / "published"
    before = (folder / "head.json").read_bytes()
    (folder / "head.json").write_bytes(before[:-20])
    with pytest.raises(ledger.LedgerError, match="remove it, and the next run makes it anew"):
        ledger.require_known(folder, published)
    head = ledger_head.Head(
        {"customer_ids": [ledger_head.File(p.name, durable.digest(p)) for p in sorted(folder.glob("*-000001.parquet"))]}
    )
    ledger_head.sealed.write(folder / "head.json", head)  # the last file was written, and the head not yet
    ledger.require_known(folder, published)
    assert ledger_head.counts(folder) == {"customer_ids": 2}


@pytest.mark.parametrize(
    ("pattern", "damage", "told"),
    [
        ("landing/zendesk/tickets/*.parquet", flip, "restore landing/zendesk/tickets"),
        ("landing/hubspot/deals/*.parquet", drop, "restore landing/hubspot/deals"),
        ("published/current/orders.parquet", flip, "orders.parquet is not as it was written: run `crm360 run`"),
        ("published/20260701T*/customers.parquet", drop, "customers.parquet is missing: remove the folder"),
        ("published/current/manifest.json", cut, "manifest.json can't be read"),
        ("privacy/register.json", cut, "restore data/privacy"),
    ],
)
def test_each_damage_is_a_sentence_that_says_what_to_do(
    world: World, capsys: pytest.CaptureFixture[str], pattern: str, damage: Callable[[Path], None], told: str
) -> None:
    if pattern.startswith("privacy"):
        (world.data / "privacy").mkdir()
        (world.data / "privacy" / "register.json").write_text('{"sha256": "x", "content": []}')
    path = sorted(world.data.glob(pattern))[0]
    path.chmod(0o600)
    damage(path)
    assert verify(world.config, Console()) == 6
    out = capsys.readouterr().out
    assert told in out and "1 damaged" in out and "Traceback" not in out


def test_the_warehouse_is_not_needed(world: World) -> None:
    (world.data / "warehouse.duckdb").unlink()
    assert verify(world.config, Console()) == 0
    assert duckdb.execute("select 1").fetchall() == [(1,)]
