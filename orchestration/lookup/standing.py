"""The version that readers see, kept open for one question after the other; a new one is opened anew."""

from __future__ import annotations

import os
import threading

import duckdb

from crm360.orchestration.lookup.find import NothingPublished
from crm360.orchestration.publish import candidate
from crm360.orchestration.settings.config import Config


class Standing:
    """Cursors on the published version that stands."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self._lock = threading.Lock()
        self._opened: tuple[str, duckdb.DuckDBPyConnection] | None = None

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A cursor on the version that readers see now. Raises NothingPublished, duckdb.Error."""
        path = self.config.published / "current" / candidate.DATABASE
        if not path.exists():
            raise NothingPublished("nothing is published yet", where=str(self.config.published))
        standing = os.path.realpath(path)
        with self._lock:
            if self._opened is None or self._opened[0] != standing:
                con = duckdb.connect(standing, read_only=True, config={"threads": 2})
                con.execute("set timezone = 'UTC'")
                self._opened = (standing, con)
            return self._opened[1].cursor()
