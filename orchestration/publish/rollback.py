"""Back to a version that was published before: the pointer is flipped, and the folder says so until the next one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crm360 import durable
from crm360.connectors.engine.errors import ConfigError
from crm360.moments import utc_now
from crm360.orchestration.publish import manifest, versions
from crm360.orchestration.publish.publish import PublishFailed

MARK = ".rolled-back.json"


@dataclass(frozen=True)
class Seen:
    """A version on the shelf. `damage` is a sentence where its manifest can't be read."""

    version: str
    as_of: str
    published_at: str
    tables: int
    rows: int
    is_current: bool
    damage: str = ""


def listed(published: Path) -> list[Seen]:
    """All versions that are kept, newest first."""
    if not published.is_dir():
        return []
    now = versions.current(published)
    return [_seen(published / name, name == now) for name in reversed(versions.names(published))]


def _seen(folder: Path, is_current: bool) -> Seen:
    try:
        told: Mapping[str, Any] = manifest.read(folder)
        rows = sum(table["rows"] for table in told["tables"].values())
        return Seen(folder.name, told["as_of"], told["published_at"], len(told["tables"]), rows, is_current)
    except (OSError, ValueError, KeyError, TypeError):
        return Seen(folder.name, "", "", 0, 0, is_current, "its manifest can't be read")


def rolled_back(published: Path) -> dict[str, str] | None:
    """From which version to which, and when (UTC), as long as the latter stands; None otherwise."""
    try:
        told: dict[str, str] = json.loads((published / MARK).read_text(encoding="utf-8"))
        return told if told["to"] == versions.current(published) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def mark(published: Path, before: str, version: str) -> None:
    """Say in the folder that `version` stands in place of `before`, until the next version is published."""
    told = {"from": before, "to": version, "at": utc_now().replace(microsecond=0).isoformat()}
    durable.write(published / MARK, json.dumps(told).encode())


def show_again(published: Path, version: str) -> str:
    """Make a kept version the one that readers see, after comparing every byte of it with its manifest.

    Returns the version that stood before. Raises ConfigError for a version that is no more, PublishFailed for one that
    is not as it was written; in both cases what stands stays.
    """
    try:
        with versions.lock(published):
            there = versions.names(published)
            if version not in there:
                told = f"kept are {', '.join(there)}" if there else "nothing has been published yet"
                raise ConfigError(f"there is no version {version[:60]!r}; {told}", where="published")
            before = versions.current(published) or ""
            if different := _damage(published / version):
                raise PublishFailed(f"Not published: {version} is not as it was written: {different}. {before} stands.")
            versions.flip(published, version)
            mark(published, before, version)
            return before
    except versions.Busy as busy:
        raise PublishFailed(f"Not published: {busy}. Run again when it has ended.") from busy
    except OSError as error:
        raise PublishFailed(f"Not published: {error.strerror or type(error).__name__}.") from error


def take_back(published: Path, before: str, told: Mapping[str, str] | None) -> None:
    """Show again what stood before a rollback that PostgreSQL did not follow, and what was said of it."""
    with versions.lock(published):
        versions.flip(published, before)
        (published / MARK).unlink(missing_ok=True)
        if told is not None:
            durable.write(published / MARK, json.dumps(dict(told)).encode())


def _damage(folder: Path) -> str:
    try:
        return "; ".join(manifest.damage(folder)[:3])
    except (OSError, ValueError, KeyError, TypeError):
        return "its manifest can't be read"
