"""Backup and restore: a lost machine comes back as it was, a damaged backup does not, and nobody comes back who left."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pytest

from crm360.connectors.engine.errors import ConfigError, LandingError
from crm360.orchestration.backup import listing, restore, save
from crm360.orchestration.backup.listing import BackupDamaged
from crm360.orchestration.catalog import sealed
from crm360.orchestration.cli.console import Console
from crm360.orchestration.privacy import register
from crm360.orchestration.privacy.forget import forget
from crm360.orchestration.run import runs
from tests.orchestration.privacy.world import World
from tests.orchestration.running import Small


def tables(data: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every published table, whole."""
    with duckdb.connect(str(data / "published" / "current" / "customer_360.duckdb"), read_only=True) as con:
        names = [n for (n,) in con.execute("select table_name from duckdb_tables()").fetchall()]
        return {name: con.execute(f'from "{name}" order by all').fetchall() for name in names}


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.mark.night
def test_a_lost_machine_comes_back_with_equal_tables(small: Small, tmp_path: Path) -> None:
    (small.folder / "decisions").mkdir()
    (small.folder / "decisions/identity_decisions.csv").write_text("a,b\n")
    (small.folder / ".env").touch(0o600)
    (small.folder / ".env").write_text("CRM360_SHOP_TOKEN=secret-words\n")
    assert small.crm360("run").code == 0
    before, kept = tables(small.data), tmp_path / "kept"
    told = small.crm360("backup", str(kept))
    assert told.code == 0 and "files" in told.out, told.error
    assert not [p for p in kept.rglob("*") if b"secret-words" in (p.read_bytes() if p.is_file() else b"")]

    there = tmp_path / "another" / "machine"
    done = restore.restore(kept, there, None, print)
    assert done.kept == () and (there / "decisions/identity_decisions.csv").read_text() == "a,b\n"
    assert not (there / "data" / "published").exists() and not (there / "data" / runs.RESTORING).exists()
    for store in listing.STORES:
        assert contents(there / "data" / store) == contents(small.data / store)
    (there / "orders.csv").unlink()  # and the sources may be away: what was landed is built
    (there / "people.csv").unlink()
    again = Small.of(there, small)
    assert again.crm360("build").code == again.crm360("audit").code == again.crm360("publish").code == 0
    assert tables(there / "data") == before and before["persons"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(tmp_path_factory.mktemp("world"), 12).make()


@pytest.fixture
def world(made: World, tmp_path: Path) -> World:
    return made.copied(tmp_path / "w")


def swap_seal(kept: Path) -> None:
    told = json.loads((kept / listing.NAME).read_text())
    name = next(n for n in told["content"]["files"] if n.startswith("data/landing"))
    told["content"]["files"].pop(name)
    (kept / listing.NAME).write_text(json.dumps(told))


def name_outside(kept: Path) -> None:
    told = listing.read(kept)
    sealed.write(kept / listing.NAME, msgspec.structs.replace(told, files={"data/../../x": listing.File(0, "")}))


def newer(kept: Path) -> None:
    sealed.write(kept / listing.NAME, msgspec.structs.replace(listing.read(kept), format=99))


def first(kept: Path, of: str) -> Path:
    return kept / next(n for n in listing.read(kept).files if n.startswith(of) and n.endswith(".parquet"))


DAMAGE: dict[str, Callable[[Path], object]] = {
    r"backup\.json is missing: this is no backup, or one cut short": lambda k: (k / listing.NAME).unlink(),
    r"backup\.json is not as it was written": swap_seal,
    r"backup\.json names a file outside": name_outside,
    r"made by a newer version": newer,
    r"\.parquet is missing": lambda k: first(k, "data/landing").unlink(),
    r"data/ledger/.* is not as it was written": lambda k: first(k, "data/ledger").write_bytes(b"x" * 9),
    r"crm360\.toml is not as it was written": lambda k: (k / "project/crm360.toml").write_text("data = 'x'"),
}


@pytest.mark.parametrize("says", DAMAGE)
def test_a_backup_that_was_cut_short_or_altered_is_not_restored(world: World, tmp_path: Path, says: str) -> None:
    kept = tmp_path / "kept"
    save.save(world.config, kept)
    DAMAGE[says](kept)
    with pytest.raises(BackupDamaged, match=says) as refused:
        restore.restore(kept, tmp_path / "new", None, print)
    assert len(str(refused.value).splitlines()) == 1 and not (tmp_path / "new").exists()


def test_a_folder_that_is_not_empty_is_refused_and_stays_as_it_is(world: World, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    save.save(world.config, kept)
    before = contents(kept)
    with pytest.raises(ConfigError, match="holds a backup already: name a new folder"):
        save.save(world.config, kept)
    (kept / listing.NAME).unlink()
    with pytest.raises(ConfigError, match="perhaps a backup that was cut short"):
        save.save(world.config, kept)
    with pytest.raises(ConfigError, match="does not stand in the data folder"):
        save.save(world.config, world.data / "kept")
    (kept / listing.NAME).write_bytes(before[listing.NAME])
    standing = contents(world.root)
    with pytest.raises(ConfigError, match="the data folder data is not empty: move it away first"):
        restore.restore(kept, world.root, None, print)
    assert contents(world.root) == standing and contents(kept) == before
    (tmp_path / "home").mkdir()
    (tmp_path / "home/letter.txt").write_text("mine")
    with pytest.raises(ConfigError, match="home is neither a project nor empty"):
        restore.restore(kept, tmp_path / "home", None, print)
    assert contents(tmp_path / "home") == {"letter.txt": b"mine"}


def test_a_restore_that_is_cut_short_is_run_over_by_nothing_and_done_again(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, there = tmp_path / "kept", tmp_path / "new"
    save.save(world.config, kept)
    bring, brought = restore.bring, []

    def cut(folder: Path, name: str, path: Path, told: listing.Listing, *, mode: int = 0o600) -> None:
        brought.append(name)
        if name.startswith("data/ledger"):
            raise KeyboardInterrupt
        bring(folder, name, path, told, mode=mode)

    with monkeypatch.context() as patch:
        patch.setattr(restore, "bring", cut)
        with pytest.raises(KeyboardInterrupt):
            restore.restore(kept, there, None, print)
    assert any(n.startswith("data/landing") for n in brought)
    with pytest.raises(LandingError, match="a restore into it was cut short"), runs.only_one(there / "data"):
        pass
    (there / "data/landing/left.parquet").write_text("of the first try")
    restore.restore(kept, there, None, print)
    assert contents(there / "data/landing") == contents(world.data / "landing")
    with runs.only_one(there / "data"):
        pass


def test_nobody_backs_up_or_restores_while_a_run_works(world: World, tmp_path: Path) -> None:
    save.save(world.config, tmp_path / "kept")
    holder = runs.only_one(world.data)
    with holder, pytest.raises(runs.BusyError):
        save.save(world.config, tmp_path / "second")
    assert not (tmp_path / "second").exists()


@pytest.mark.night
def test_whoever_was_forgotten_since_the_backup_does_not_come_back(world: World, tmp_path: Path) -> None:
    kept, gone = tmp_path / "kept", world.people[3]
    save.save(world.config, kept)
    assert world.search([gone])
    forget(world.config, [gone.email], Console(quiet=True))
    assert not world.search([gone])
    shutil.rmtree(world.data)  # the machine's disk is lost; the project's folder, with decisions/, is not
    said: list[str] = []
    done = restore.restore(kept, world.root, None, said.append)
    assert done.forgotten == 1 and any("landing/hubspot/contacts" in line for line in said)
    assert not world.search([gone]) and world.landed("hubspot", "contacts")
    assert len(register.read(world.config)) == 1


@pytest.mark.night
def test_erasures_that_can_not_be_carried_out_stop_a_restore(world: World, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    save.save(world.config, kept)
    shutil.rmtree(world.data / "privacy")  # another key is made
    forget(world.config, [world.people[3].email], Console(quiet=True))
    shutil.rmtree(world.data)
    with pytest.raises(register.RegisterError, match="1 requests that were written with another key"):
        restore.restore(kept, world.root, None, print)
    with pytest.raises(LandingError, match="a restore into it was cut short"), runs.only_one(world.data):
        pass


def test_a_backup_of_damaged_data_says_so(small: Small, tmp_path: Path) -> None:
    assert small.crm360("pull").code == 0
    batch = next((small.data / "landing").rglob("*.parquet"))
    batch.write_bytes(batch.read_bytes()[:-3])
    told = small.crm360("backup", str(tmp_path / "kept"), "--json")
    said = json.loads(told.out)
    assert told.code == 6 and said["ok"] is False and batch.stem in said["damage"][0]
    assert (tmp_path / "kept" / listing.NAME).exists()


def test_a_full_disk_is_one_sentence(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(save.shutil, "disk_usage", lambda _p: shutil._ntuple_diskusage(10, 9, 1))
    with pytest.raises(LandingError, match=r"the backup needs .* MB and 0 MB are free there"):
        save.save(world.config, tmp_path / "kept")


def test_restore_as_it_is_typed(small: Small, tmp_path: Path) -> None:
    assert small.crm360("pull").code == 0 and small.crm360("backup", str(tmp_path / "kept")).code == 0
    told = small.bare("restore", str(tmp_path / "kept"), "--dry-run", "--json")
    assert told.code == 0 and json.loads(told.out)["dry_run"] is True
    told = small.bare("restore", str(tmp_path / "kept"), "--to", str(tmp_path / "new"))
    assert told.code == 0 and "next    put the secrets in place" in told.out
