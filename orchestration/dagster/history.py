"""Dagster's run history without what each event would cost: a wait for the disk, and a connection of its own.

A night writes more than two thousand events, each in transactions of its own that SQLite would force to disk: more than
half of a small night. The history tells what happened and nothing depends on it: batches, ledger and published versions
are the state, and each makes itself durable. For each transaction Dagster makes an engine anew, which opens the file
and compiles the statement again: three quarters of what an event costs then.
"""

from __future__ import annotations

import atexit
from functools import cache
from typing import Any

from dagster._core.storage.event_log.sqlite import sqlite_event_log
from dagster._core.storage.runs.sqlite import sqlite_run_storage
from sqlalchemy import Engine, create_engine, event

BUSY_SECONDS = 20


def make_light() -> None:
    """For all of Dagster's history that this process writes: a power cut may lose the newest events."""
    if not event.contains(Engine, "connect", _relax):
        event.listen(Engine, "connect", _relax)
        sqlite_event_log.create_engine = sqlite_run_storage.create_engine = _one_a_file  # type: ignore[assignment]


def _relax(connection: Any, _record: Any) -> None:
    if type(connection).__module__.startswith("sqlite3"):
        connection.execute("pragma synchronous = off")


def _one_a_file(url: str, **_options: Any) -> Engine:
    return _kept(url)


@cache
def _kept(url: str) -> Engine:
    """The engine of a file. It keeps its connections until the process ends, whenever Dagster has done with it."""
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS})
    atexit.register(engine.dispose)
    engine.dispose = lambda close=True: None  # type: ignore[method-assign]
    return engine
