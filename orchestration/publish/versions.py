"""The published folder as a shelf of versions: their names, the one pointer, the lock, and what is thrown away.

published/current -> 20261103T020311Z-4f1c09ab     the pointer: a relative link, replaced in one step
published/20261103T020311Z-4f1c09ab/               a complete version: never written to again
published/.20261103T020311Z-4f1c09ab.tmp/          a version being written; of a dead run if nobody holds the lock
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from crm360.orchestration.run.failpoints import reach

POINTER = "current"
FRESH_POINTER = ".current.tmp"
STAMP = "%Y%m%dT%H%M%SZ"
NAME = re.compile(r"\d{8}T\d{6}Z-[a-z0-9]+")


class Busy(Exception):
    """Another process is publishing into this folder."""


@contextmanager
def lock(published: Path) -> Iterator[None]:
    """Hold the folder for one publish. Raises Busy at once when another process holds it."""
    published.mkdir(exist_ok=True, mode=0o700)
    with (published / ".lock").open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy(f"another process is publishing into {published}") from error
        yield


def names(published: Path) -> list[str]:
    """Return the names of all complete versions, oldest first."""
    return sorted(entry.name for entry in published.iterdir() if NAME.fullmatch(entry.name) and entry.is_dir())


def current(published: Path) -> str | None:
    """Return the name of the version that readers see, or None before the first publish."""
    pointer = published / POINTER
    return os.readlink(pointer) if pointer.is_symlink() else None


def next_name(published: Path, run_id: str, now: datetime) -> str:
    """Return a name that sorts after every version there is, even if the clock was turned back."""
    stamp = now.replace(microsecond=0)
    if existing := names(published):
        stamp = max(stamp, datetime.strptime(existing[-1].split("-")[0], STAMP) + timedelta(seconds=1))
    short = re.sub(r"[^a-z0-9]", "", run_id.lower())[-8:] or hashlib.sha256(run_id.encode()).hexdigest()[:8]
    return f"{stamp.strftime(STAMP)}-{short}"


def flip(published: Path, version: str) -> None:
    """Point `current` at `version`. A reader finds the old version or the new one, never neither."""
    unlink_fresh_pointer(published)
    fresh = published / FRESH_POINTER
    os.symlink(version, fresh)
    reach("publish.within-flip")
    os.replace(fresh, published / POINTER)
    sync_folder(published)


def unlink_fresh_pointer(published: Path) -> None:
    """Remove a pointer that was made and never took its place."""
    (published / FRESH_POINTER).unlink(missing_ok=True)


def remove_leftovers(published: Path) -> None:
    """Remove what dead runs left half-written. Call it with the lock held only."""
    for entry in published.glob(".*.tmp"):
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def prune(published: Path, keep: int) -> tuple[str, ...]:
    """Remove all but the `keep` newest versions, never the current one. Returns the names removed.

    A version leaves by a rename first, so that a crash leaves no half version under a version's name.
    """
    old = [name for name in names(published)[: -max(keep, 1)] if name != current(published)]
    for name in old:
        remove(published, name)
    return tuple(old)


def remove(published: Path, name: str) -> None:
    """Remove a version: out of sight first."""
    doomed = published / f".{name}.tmp"
    (published / name).rename(doomed)
    reach("publish.within-prune")
    shutil.rmtree(doomed)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable. (Its files are synced one by one.)"""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
