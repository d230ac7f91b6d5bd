"""What a backup holds, and the one file that says so: backup.json, the last that is written.

    FOLDER/backup.json         every file with its bytes and SHA-256; sealed, so that a changed one is none
    FOLDER/project/…           the project's own files: configuration, segments, decisions, rates, models, connectors
    FOLDER/data/landing/…      what the sources said, and beside it the ledger, the register of erasures with its key

A folder without backup.json was cut short. Secrets are not in it: neither .env nor a file that a variable
`CRM360_…_FILE` names.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import msgspec

from crm360.connectors.engine.errors import Crm360Error
from crm360.orchestration.catalog import sealed
from crm360.orchestration.settings.config import Config

NAME = "backup.json"
FORMAT = 1
STORES = ("landing", "ledger", "privacy")
FILES = ("project.json", "paused.json")
NOT_OURS = {"__pycache__", "node_modules", "venv", "build", "dist"}
KEPT_HIDDEN = (".gitignore", ".env.example")


class BackupDamaged(Crm360Error):
    """The backup was cut short, altered, or made by a newer version. Nothing is restored of it."""

    exit_code = 6
    who = "whoever keeps the backups: take another one"


class File(msgspec.Struct, frozen=True):
    """One file of a backup."""

    bytes: int
    sha256: str


class Listing(msgspec.Struct, frozen=True):
    """backup.json. `made_at` is naive UTC; names of `files` are relative to the backup's folder."""

    format: int
    crm360: str
    made_at: datetime
    files: dict[str, File]

    @property
    def bytes(self) -> int:
        """Of all files together."""
        return sum(file.bytes for file in self.files.values())


def read(folder: Path) -> Listing:
    """What the backup says that it holds. Raises BackupDamaged."""
    told = sealed.read(folder / NAME, Listing)
    if told is None:
        what = (
            "is not as it was written"
            if (folder / NAME).exists()
            else "is missing: this is no backup, or one cut short"
        )
        raise BackupDamaged(f"{NAME} {what}", where=folder.name)
    if told.format > FORMAT:
        raise BackupDamaged("it was made by a newer version of crm360: install that one", where=folder.name)
    return told


def of_data(config: Config) -> Iterator[tuple[str, Path]]:
    """Name in the backup, and file, of all that the data folder holds and nobody can make anew."""
    for store in STORES:
        for path in sorted((config.data / store).rglob("*")):
            if path.is_file() and not path.is_symlink():
                yield f"data/{path.relative_to(config.data).as_posix()}", path
    for name in FILES:
        if (config.data / name).is_file():
            yield f"data/{name}", config.data / name


def of_project(config: Config, without: Path) -> Iterator[tuple[str, Path]]:
    """Likewise of the project's folder, but for data, secrets, hidden folders and `without`."""
    root = config.project.root.resolve()
    secrets = {Path(v).resolve() for n, v in os.environ.items() if n.startswith("CRM360_") and n.endswith("_FILE")}
    skipped = {config.data.resolve(), (root / config.toml.data).resolve(), without.resolve()}
    for here, folders, names in os.walk(root):
        at = Path(here)
        folders[:] = sorted(
            f
            for f in folders
            if not (f.startswith(".") or f in NOT_OURS or (at / f).resolve() in skipped or (at / f).is_symlink())
            and not (at / f / "pyvenv.cfg").exists()
            and not f.endswith(".egg-info")
        )
        for name in sorted(names):
            path = at / name
            hidden = name.startswith(".") and name not in KEPT_HIDDEN
            if not hidden and path.is_file() and path.resolve() not in secrets:
                yield f"project/{path.relative_to(root).as_posix()}", path
