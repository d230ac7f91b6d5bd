"""Dagster's event log on SQLite without what each event would cost: a wait for the disk, and an engine of its own.

A run writes more than two thousand events, each in transactions of its own. For each, Dagster makes a new engine, which
opens the file and compiles the statement again, and SQLite forces it to disk. Here a file keeps its engine while it is
in use, and `synchronous = normal`: with a write-ahead log, a power cut may lose the newest events and damages nothing.
Nothing depends on the history: batches, ledger and published versions are the state, and make themselves durable.
dagster.yaml names this class under `event_log_storage`; it touches no other database of the process.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from dagster._core.storage.event_log import SqliteEventLogStorage
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import StaticPool

INDEX = "index"
BUSY_SECONDS = 20
KEPT = 8  # files whose engines are kept, in a web server that looks at many runs


class EventLog(SqliteEventLogStorage):
    """The event log, one file a run and one index, as Dagster lays it out."""

    def __init__(self, base_dir: str, inst_data: Any = None) -> None:
        self._engines: OrderedDict[str, Engine] = OrderedDict()
        self._guard = threading.RLock()
        self._tables: set[str] = set()
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(cls, inst_data: Any, config_value: Any) -> EventLog:
        """What dagster.yaml asks for."""
        return cls(inst_data=inst_data, **config_value)

    def run_connection(self, run_id: str | None = None) -> Any:
        """A transaction on the file of one run."""
        return self._transaction(run_id) if run_id else super().run_connection(run_id)

    def index_connection(self) -> AbstractContextManager[Connection]:
        """A transaction on the file of what is asked over all runs."""
        return self._transaction(INDEX)

    def has_table(self, table_name: str) -> bool:
        """Whether the index has this table. Asked at every event; a table that is there stays."""
        if table_name not in self._tables and super().has_table(table_name):
            self._tables.add(table_name)
        return table_name in self._tables

    def delete_events(self, run_id: str) -> None:
        """Forget a run's events, its file too."""
        super().delete_events(run_id)
        with self._guard:
            self._drop(run_id)
        path = Path(self.path_for_shard(run_id))
        for name in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
            name.unlink(missing_ok=True)

    def dispose(self) -> None:
        """Close what is open."""
        with self._guard:
            for shard in [*self._engines]:
                self._drop(shard)
        super().dispose()

    @contextmanager
    def _transaction(self, shard: str) -> Iterator[Connection]:
        with self._guard, self._engine(shard).begin() as connection:
            yield connection

    def _engine(self, shard: str) -> Engine:
        engine = self._engines.get(shard)
        if engine is None:
            before = super().index_connection() if shard == INDEX else super().run_connection(shard)
            with before:  # which makes the file and its tables, where they are not there yet
                pass
            # One connection a file, used by one thread at a time: the guard sees to that.
            options = {"timeout": BUSY_SECONDS, "check_same_thread": False}
            engine = create_engine(self.conn_string_for_shard(shard), poolclass=StaticPool, connect_args=options)
            event.listen(engine, "connect", _relax)
            self._engines[shard] = engine
            for old in [s for s in self._engines if s not in (INDEX, shard)][:-KEPT]:
                self._drop(old)
        self._engines.move_to_end(shard)
        return engine

    def _drop(self, shard: str) -> None:
        engine = self._engines.pop(shard, None)
        if engine is not None:
            engine.dispose()


def _relax(connection: Any, _record: Any) -> None:
    connection.execute("pragma synchronous = normal")
