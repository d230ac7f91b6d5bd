"""Runs: one at a time on a data folder, each with a small record of what it did and how it ended.

`data/runs/<run_id>.json` is written when a run begins and again when it ends; one that still says "working"
while nobody holds the lock was killed.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from crm360.connectors.engine.errors import BusyError, LandingError
from crm360.connectors.engine.landing import Landing
from crm360.orchestration.settings.config import Config

Outcome = Literal["working", "published", "held back", "failed", "pulled"]


class RunRecord(msgspec.Struct):
    """One run. Times are naive UTC; `message` is the sentence it ended with."""

    run_id: str
    started_at: datetime
    outcome: Outcome = "working"
    finished_at: datetime | None = None
    as_of: date | None = None
    version: str | None = None
    message: str = ""
    failed_streams: list[str] = []
    received: int = 0
    landed: int = 0
    duplicate: int = 0
    rejected: int = 0
    deleted: int = 0


def utc_now() -> datetime:
    """Naive UTC."""
    return datetime.now(UTC).replace(tzinfo=None)


def new_run_id() -> str:
    """Sorts by time; unique on one data folder, where runs do not overlap."""
    return utc_now().strftime("%Y%m%dT%H%M%S") + f"-{os.getpid()}"


def write(runs: Path, record: RunRecord) -> None:
    """Write the record in one step."""
    runs.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = runs / f"{record.run_id}.json"
    temporary = path.with_suffix(".tmp")
    try:
        temporary.write_bytes(msgspec.json.format(msgspec.json.encode(record)))
        os.replace(temporary, path)
    except OSError as error:
        raise LandingError(f"the run's record can't be written ({error.strerror})", where="data/runs") from error


def forget(runs: Path, record: RunRecord) -> None:
    """Remove the record of a run that never did anything."""
    (runs / f"{record.run_id}.json").unlink(missing_ok=True)


def read(runs: Path, newest: int = 10) -> list[RunRecord]:
    """The newest records, newest first."""
    paths = sorted(runs.glob("*.json"), reverse=True)[:newest]
    return [msgspec.json.decode(p.read_bytes(), type=RunRecord) for p in paths]


@contextmanager
def only_one(data: Path) -> Iterator[None]:
    """Hold the data folder for this process. Raises BusyError at once if another process holds it.

    The lock is the operating system's: it ends with the process, however that ends.
    """
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(data / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.read(handle, 200).decode(errors="replace").strip() or "unknown"
            raise BusyError(f"another run is working (process {holder})", where=str(data.name)) from error
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}, since {utc_now():%Y-%m-%d %H:%M:%S} UTC".encode(), 0)
        yield
    finally:
        os.close(handle)


def is_working(data: Path) -> bool:
    """Whether some process holds the data folder now."""
    try:
        handle = os.open(data / ".lock", os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return False
    except BlockingIOError:
        return True
    finally:
        os.close(handle)


def as_of(config: Config) -> date:
    """The date of the figures: as configured, today in the configured zone, or the sources' own newest time."""
    said = config.toml.as_of
    if said not in ("today", "source"):
        return date.fromisoformat(said)
    if said == "source":
        landing = Landing(config.landing)
        newest = (landing.newest(s.name, t.name) for s in config.sources for t in s.streams)
        told = [f.source_time for f in newest if f is not None and f.source_time is not None]
        if told:
            return max(told).date()
    return datetime.now(ZoneInfo(config.toml.time_zone)).date()
