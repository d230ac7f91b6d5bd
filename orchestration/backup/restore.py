"""`crm360 restore FOLDER`: the whole backup is compared with its list, then brought into an empty data folder.

Files that the project has already stay: they may be newer. So does what they know: erasures that were asked for after
the backup was made stand in decisions/forgotten.json, and are carried out on what was brought back before anybody
can read it. A restore that is cut short leaves a mark, and nothing runs over it until it has been done again.
"""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from crm360 import durable
from crm360.connectors.engine.errors import ConfigError, LandingError
from crm360.orchestration.backup import listing
from crm360.orchestration.backup.listing import BackupDamaged, Listing
from crm360.orchestration.catalog import sealed
from crm360.orchestration.privacy import enforce, register
from crm360.orchestration.run import runs
from crm360.orchestration.settings.config import Config, load

NAMER = "whoever names the folder"
TOML = "crm360.toml"


@dataclass(frozen=True)
class Restored:
    """What was brought back. `kept` are the project's files that stayed though the backup has others."""

    listing: Listing
    project: Path
    data: Path
    kept: tuple[str, ...] = ()
    forgotten: int = 0


def check(folder: Path) -> Listing:
    """Compare every file of a backup with its list. Raises BackupDamaged."""
    told = listing.read(folder)
    for name, file in told.files.items():
        path = folder / name
        if Path(name).is_absolute() or ".." in Path(name).parts:
            raise BackupDamaged(f"{listing.NAME} names a file outside", where=folder.name)
        try:
            whole = path.stat().st_size == file.bytes and durable.digest(path) == file.sha256
        except FileNotFoundError as error:
            raise BackupDamaged(f"{name} is missing", where=folder.name) from error
        except OSError as error:
            raise BackupDamaged(f"{name} can't be read ({error.strerror})", where=folder.name) from error
        if not whole:
            raise BackupDamaged(f"{name} is not as it was written", where=folder.name)
    return told


def restore(folder: Path, project: Path, data: Path | None, report: Callable[[str], None]) -> Restored:
    """Bring a backup back.

    Raises BackupDamaged, ConfigError, LandingError, RegisterError; where it was begun, nothing runs over it then.
    """
    told, project = check(folder), project.absolute()
    _require_empty(folder, project, data)
    kept = _project(folder, project, told)
    config = load(project / TOML, data)
    with runs.only_one(config.data, restoring=True):
        _clear(config.data)
        durable.write(config.data / runs.RESTORING, b"", durable=True)
        for name in (n for n in told.files if n.startswith("data/")):
            bring(folder, name, config.data / name.removeprefix("data/"), told)
        for path in [config.data, *config.data.rglob("*/")]:
            durable.sync(path)
        forgotten = _forget(config, report)
        (config.data / runs.RESTORING).unlink()
        durable.sync(config.data)
    return Restored(told, project, config.data, kept, forgotten)


def _require_empty(folder: Path, project: Path, data: Path | None) -> None:
    """Raise ConfigError unless there is nothing to lose, in the data folder and where there is no project yet."""
    is_new = not (project / TOML).exists()
    toml = folder / "project" / TOML if is_new else project / TOML
    try:
        said = tomllib.loads(toml.read_text()).get("data", "data")
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ConfigError("it can't be read", where=TOML) from error
    there = (data or project / str(said)).absolute()
    if there.is_dir() and not (there / runs.RESTORING).exists() and {p.name for p in there.iterdir()} - {".lock"}:
        raise ConfigError(f"the data folder {there.name} is not empty: move it away first", where="restore", who=NAMER)
    if is_new and project.is_dir() and _others(project, there):
        raise ConfigError(f"{project.name} is neither a project nor empty", where="restore", who=NAMER)


def _others(project: Path, data: Path) -> list[Path]:
    return [p for p in project.iterdir() if not p.name.startswith(".env") and p.absolute() != data]


def _project(folder: Path, project: Path, told: Listing) -> tuple[str, ...]:
    """Bring the project's files back, but those that are there. Returns the names of these that are others."""
    kept = []
    for name in sorted((n for n in told.files if n.startswith("project/")), key=lambda n: n == f"project/{TOML}"):
        path = project / name.removeprefix("project/")
        if not path.exists():
            bring(folder, name, path, told, mode=0o644)
        elif durable.digest(path) != told.files[name].sha256:
            kept.append(name.removeprefix("project/"))
    return tuple(kept)


def _clear(data: Path) -> None:
    """Take away what a restore that was cut short has left: it began in an empty folder."""
    for path in data.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != ".lock":
            path.unlink()


def bring(folder: Path, name: str, path: Path, told: Listing, *, mode: int = 0o600) -> None:
    """Copy a file to its place; what the copy's list says otherwise of it is refused, and nothing is left there."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700 if mode == 0o600 else 0o755)
        if durable.copy(folder / name, path, mode=mode) != (told.files[name].bytes, told.files[name].sha256):
            path.unlink()
            raise BackupDamaged(f"{name} changed while it was read", where=folder.name)
    except OSError as error:
        raise LandingError(f"{name} can't be restored ({error.strerror})", where=folder.name) from error


def _forget(config: Config, report: Callable[[str], None]) -> int:
    """Carry out what was asked since the backup was made. Returns how many requests the backup did not know."""
    before = len(sealed.read(register.folder(config) / "register.json", list[register.Request]) or ())
    others = register.of_other_keys(config)
    if others:
        raise register.RegisterError(
            f"decisions/forgotten.json has {others} requests that were written with another key than this backup's: "
            f"set {register.VARIABLE}, or restore a backup that has their key; else they would come back",
            where="restore",
        )
    of = register.forgotten(config)
    enforce.enforce(config, of, report)
    return len(register.read(config)) - before
