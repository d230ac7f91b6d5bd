"""The version that readers see, kept open for one question after the other; a new one is opened anew."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import duckdb

from crm360 import duck
from crm360.orchestration.lookup import index
from crm360.orchestration.lookup.find import NothingPublished
from crm360.orchestration.publish import candidate
from crm360.orchestration.settings.config import Config


@dataclass
class _Opened:
    path: str
    con: duckdb.DuckDBPyConnection
    has_index: bool = False


class Standing:
    """Cursors on the published version that stands. Where it has no index, one is made meanwhile, once."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self._lock = threading.Lock()
        self._opened: _Opened | None = None

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A cursor on the version that readers see now. Raises NothingPublished, duckdb.Error."""
        path = self.config.published / "current" / candidate.DATABASE
        if not path.exists():
            raise NothingPublished("nothing is published yet", where=str(self.config.published))
        standing = os.path.realpath(path)
        with self._lock:
            if self._opened is None or self._opened.path != standing:
                con = duck.connect(standing, read_only=True, config={"threads": 2})
                con.execute("set timezone = 'UTC'")
                self._opened = _Opened(standing, con)
                if not self._attach(self._opened):
                    threading.Thread(target=self._make_index, name="index", daemon=True).start()
            elif not self._opened.has_index:
                self._attach(self._opened)
            return self._opened.con.cursor()

    def _attach(self, opened: _Opened) -> bool:
        opened.has_index = index.attach(opened.con, self.config.data, Path(opened.path).parent.name)
        return opened.has_index

    def _make_index(self) -> None:
        with suppress(index.NoIndex):  # searches read the tables, then
            index.build(self.config.data, self.config.published)
