"""Who looked at whom: `lookups.jsonl` in the data folder, a line a look, without a personal value.

A line is kept for `keep_lookups_days`. Whoever writes holds the file's lock, so that no line is
lost while the file is replaced by a shorter one.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from crm360 import durable
from crm360.moments import utc_now
from crm360.orchestration.settings.config import Config


class Look(msgspec.Struct):
    """One look. `by` is an account, or where the page was asked from; `what` an id, or how many were found."""

    at: datetime
    by: str
    kind: str
    what: str


def note(config: Config, by: str, kind: str, what: str) -> None:
    """Write down one look."""
    line = msgspec.json.encode(Look(utc_now().replace(microsecond=0), by, kind, what))
    with _held(_file(config), os.O_CREAT | os.O_WRONLY | os.O_APPEND) as handle:
        os.write(handle, line + b"\n")


def prune(config: Config) -> int:
    """Remove the looks that are older than they are kept, and what can't be read. Returns how many.

    A disk that refuses costs only that they go another time.
    """
    path, oldest = _file(config), utc_now() - timedelta(days=config.toml.keep_lookups_days)
    try:
        with _held(path, os.O_RDONLY):
            lines = path.read_bytes().splitlines(keepends=True)
            kept = [line for line in lines if _moment(line) >= oldest]
            if len(kept) < len(lines):
                durable.write(path, b"".join(kept))
    except OSError:
        return 0
    return len(lines) - len(kept)


def _file(config: Config) -> Path:
    return config.data / "lookups.jsonl"


def _moment(line: bytes) -> datetime:
    try:
        return msgspec.json.decode(line, type=Look).at
    except msgspec.MsgspecError:
        return datetime.min


@contextmanager
def _held(path: Path, flags: int) -> Iterator[int]:
    """The file that stands there, locked: another one may have taken its place while we waited."""
    while True:
        handle = os.open(path, flags, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            if _stands(path, handle):
                yield handle
                return
        finally:
            os.close(handle)


def _stands(path: Path, handle: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(handle))
    except FileNotFoundError:
        return False
