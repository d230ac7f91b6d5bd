"""Dagster's run history without a wait for the disk at each event.

A night writes more than a thousand events, each in a transaction of its own that SQLite would force to disk, twice:
more than half of a small night. The history tells what happened and nothing depends on it: batches, ledger and
published versions are the state, and each makes itself durable.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, event


def do_not_wait_for_the_disk() -> None:
    """For all SQLite connections that SQLAlchemy opens in this process: a power cut may lose the newest events."""
    if not event.contains(Engine, "connect", _relax):
        event.listen(Engine, "connect", _relax)


def _relax(connection: Any, _record: Any) -> None:
    if type(connection).__module__.startswith("sqlite3"):
        connection.execute("pragma synchronous = off")
