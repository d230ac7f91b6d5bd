"""Runs: one at a time on a data folder, each with a small record of what it did and how it ended.

`data/runs/<run_id>.json` is written when a run begins, after each step, and when it ends; one that has no end
while nobody holds the lock was killed. How each stream's pull ended stands in it, too: what was pulled is in landing,
and this is where it is told that, and why, a stream was not.
"""

from __future__ import annotations

import fcntl
import getpass
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from crm360 import duck, moments
from crm360.connectors.engine.errors import BusyError, ConfigError, LandingError
from crm360.connectors.engine.landing import Landing
from crm360.moments import utc_now as utc_now
from crm360.orchestration.catalog import sealed
from crm360.orchestration.settings.config import Config

Outcome = Literal["working", "pulled", "built", "audited", "published", "held back", "failed", "canceled"]
STAMP = "%Y%m%dT%H%M%S"
KEPT_ANYWAY = 20  # records, however old
RESTORING = ".restoring"  # in the data folder, from the first file that a restore brings back to its last
_held: dict[Path, int] = {}


class Attempt(msgspec.Struct, frozen=True):
    """One pull of one stream. `batches` are what it landed; `after` is the newest batch when it failed."""

    stream: str
    seconds: float = 0.0
    batches: tuple[str, ...] = ()
    error: str = ""
    what: str = ""
    who: str = ""
    kind: str = ""
    after: str = ""


class RunRecord(msgspec.Struct):
    """One run. Times are naive UTC; `message` is the sentence it ended with.

    `dagster_run_id` is the run as Dagster knows it, `root_run_id` the run that this one executes again, or itself.
    `streams` is how each pull of this run ended, the last one of each stream; `anomalies` say by table or stream which
    figures were far off what they were, None where nothing was measured.
    """

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
    job: str = ""
    dagster_run_id: str = ""
    root_run_id: str = ""
    streams: dict[str, Attempt] = {}
    anomalies: dict[str, str] | None = None


def new_run_id(runs: Path | None = None) -> str:
    """Sorts after every run there is, even if the clock was turned back; unique on one data folder."""
    now = utc_now()
    newest = max((p.stem.partition("-")[0] for p in runs.glob("*.json")), default="") if runs is not None else ""
    if newest >= now.strftime(STAMP):
        with suppress(ValueError):  # a file of somebody else's
            now = datetime.strptime(newest, STAMP) + timedelta(seconds=1)
    return now.strftime(STAMP) + f"-{os.getpid()}"


def write(runs: Path, record: RunRecord) -> None:
    """Write the record in one step."""
    try:
        sealed.write(runs / f"{record.run_id}.json", record)
    except OSError as error:
        raise LandingError(f"the run's record can't be written ({error.strerror})", where="data/runs") from error


def forget(runs: Path, record: RunRecord) -> None:
    """Remove the record of a run that never did anything."""
    (runs / f"{record.run_id}.json").unlink(missing_ok=True)


def read(runs: Path, newest: int | None = 10) -> list[RunRecord]:
    """The newest records, newest first, all for None. One that is not as it was written is left out."""
    paths = sorted(runs.glob("*.json"), reverse=True)[:newest]
    return [record for record in map(_read, paths) if record is not None]


def _read(path: Path) -> RunRecord | None:
    record = sealed.read(path, RunRecord)
    if record is None:  # of version 0.1.0, whose records stood bare
        try:
            return msgspec.json.decode(path.read_bytes(), type=RunRecord)
        except (OSError, msgspec.MsgspecError):
            return None
    return record


def attempts(records: list[RunRecord]) -> dict[str, Attempt]:
    """The newest attempt to pull each stream, out of records that stand newest first."""
    found: dict[str, Attempt] = {}
    for record in records:
        found = record.streams | found
    return found


def anomalies(records: Iterable[RunRecord]) -> dict[str, str]:
    """What the newest run that measured anything found far off, by table or stream; `records` newest first."""
    return next((record.anomalies for record in records if record.anomalies is not None), {})


def same_root(records: list[RunRecord], record: RunRecord) -> list[RunRecord]:
    """The records of this run and of those that it executes again, newest first."""
    root = record.root_run_id
    return [r for r in records if r.run_id == record.run_id or (root and r.root_run_id == root)]


def prune(runs: Path, days: int) -> None:
    """Remove records and logs that are older than so many days, but for the newest ones."""
    oldest = (utc_now() - timedelta(days=days)).strftime(STAMP)
    old = [p for p in sorted(runs.glob("*.json"), reverse=True)[KEPT_ANYWAY:] if p.stem < oldest]
    for path in old:
        path.unlink(missing_ok=True)
        path.with_suffix(".log").unlink(missing_ok=True)


@contextmanager
def only_one(data: Path, *, restoring: bool = False) -> Iterator[None]:
    """Hold the data folder for this process. Raises BusyError at once if another process holds it, and LandingError
    where a restore was cut short, unless this is the one that does it again.

    The lock is the operating system's: it ends with the process, and with those that were handed `held()`. Meanwhile
    what is written is for its owner alone, whoever writes it: dbt and Dagster ask for no mode of their own. What DuckDB
    spills goes with the lock.
    """
    before = os.umask(0o077)
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(data / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.read(handle, 200).decode(errors="replace").strip() or "unknown"
            raise BusyError(f"another run is working (process {holder})", where=str(data.name)) from error
        if (data / RESTORING).exists() and not restoring:
            raise LandingError("a restore into it was cut short: run `crm360 restore` again", where=data.name)
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}, since {utc_now():%Y-%m-%d %H:%M:%S} UTC".encode(), 0)
        _held[data] = handle
        with duck.spilling_into(data / "spill"):
            yield
    finally:
        _held.pop(data, None)
        os.close(handle)
        os.umask(before)


def held() -> tuple[int, ...]:
    """The locks that this process holds, for a child that must count as the same run's work."""
    return tuple(_held.values())


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
    """The date of the figures: as configured, today in the configured zone, or the sources' own newest time.

    Raises ConfigError for a date that is more than a day ahead of this machine's clock, the sandbox's excepted: figures
    of a day that has not been are none.
    """
    today = moments.now(ZoneInfo(config.toml.time_zone)).date()
    day = _said(config, today)
    if day > today + timedelta(days=1) and not config.uses_sandbox:
        raise ConfigError(
            f"the figures would be of {day}, and by this machine's clock it is {today}: set the clock, or as_of",
            where="as_of",
            who="whoever runs this machine",
        )
    return day


def _said(config: Config, today: date) -> date:
    said = config.toml.as_of
    if said not in ("today", "source"):
        return date.fromisoformat(said)
    if said == "source":
        landing = Landing(config.landing)
        standing = (landing.standing(s.name, t.name)[0] for s in config.sources for t in s.streams)
        told = [found[-1][1].source_time for found in standing if found and found[-1][1].source_time is not None]
        if told:
            return max(told).date()
    return today


def account() -> str:
    """The account that this process belongs to, for what is noted of who did it."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"
