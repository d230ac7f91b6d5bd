"""`crm360 backup FOLDER`: copied while nothing else writes, each file durable, and the list of them last."""

from __future__ import annotations

import shutil
from importlib.metadata import version
from pathlib import Path

from crm360 import durable
from crm360.connectors.engine.errors import ConfigError, LandingError
from crm360.moments import utc_now
from crm360.orchestration.backup import listing
from crm360.orchestration.backup.listing import File, Listing
from crm360.orchestration.catalog import sealed
from crm360.orchestration.privacy import register
from crm360.orchestration.push import book
from crm360.orchestration.run import runs
from crm360.orchestration.settings.config import Config

NAMER = "whoever names the folder"


def save(config: Config, folder: Path) -> Listing:
    """Copy all that can't be made anew into a new or empty folder. Raises ConfigError, LandingError, BusyError."""
    folder = folder.absolute()
    _require_empty(config, folder)
    with runs.only_one(config.data):
        register.key(config)  # a backup without the key of its register would bring the forgotten back
        book.settle(config)
        wanted = [*listing.of_data(config), *listing.of_project(config, folder)]
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            _require_room(folder, sum(path.stat().st_size for _, path in wanted))
            files = {name: _copied(path, folder / name) for name, path in wanted}
            for path in {(folder / name).parent for name in files}:
                durable.sync(path)
            told = Listing(listing.FORMAT, version("crm360"), utc_now(), files)
            sealed.write(folder / listing.NAME, told, durable=True)
        except OSError as error:
            named = f" of {Path(error.filename).name}" if error.filename else ""
            raise LandingError(
                f"the backup was cut short: the disk refused{named} ({error.strerror}); remove what is there",
                where=folder.name,
            ) from error
    return told


def _require_empty(config: Config, folder: Path) -> None:
    if folder.resolve().is_relative_to(config.data.resolve()):
        raise ConfigError("a backup does not stand in the data folder", where=folder.name, who=NAMER)
    if folder.exists() and not folder.is_dir():
        raise ConfigError("this is no folder", where=folder.name, who=NAMER)
    if not folder.exists() or not any(folder.iterdir()):
        return
    what = "a backup" if (folder / listing.NAME).exists() else "something, perhaps a backup that was cut short"
    raise ConfigError(f"it holds {what} already: name a new folder", where=folder.name, who=NAMER)


def _require_room(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise LandingError(
            f"the backup needs {needed / 1e6:,.0f} MB and {free / 1e6:,.0f} MB are free there", where=folder.name
        )


def _copied(path: Path, to: Path) -> File:
    to.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return File(*durable.copy(path, to))
