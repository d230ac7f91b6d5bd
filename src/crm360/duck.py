"""DuckDB as crm360 opens it, wherever it does: within the memory that `CRM360_MEMORY_LIMIT` gives it, as in dbt's
profile, and with what does not fit in there written where nobody else can read it, for as long as it is needed.
"""

from __future__ import annotations

import atexit
import itertools
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from crm360.quoting import literal

MEMORY_LIMIT = "CRM360_MEMORY_LIMIT"
AMOUNT = re.compile(r"\d+(\.\d+)? ?[KMGT]i?B", re.IGNORECASE)  # as DuckDB reads it
_numbers = itertools.count()
_folder: Path | None = None


def connect(
    database: str | Path = ":memory:", *, read_only: bool = False, config: dict[str, Any] | None = None
) -> duckdb.DuckDBPyConnection:
    """A connection as duckdb.connect gives it, within its bounds. Raises what DuckDB raises."""
    said, is_own = dict(config or {}), str(database) != ":memory:" and not read_only
    if said.get("lock_configuration"):  # then nothing can be set later, and where it spills not even at first
        return duckdb.connect(str(database), read_only=read_only, config=_bounds(said, has_folder=True) | said)
    connection = duckdb.connect(str(database), read_only=read_only, config=said)
    try:
        bound(connection, said, has_folder=is_own)
    except BaseException:
        connection.close()
        raise
    return connection


def bound(connection: duckdb.DuckDBPyConnection, said: dict[str, Any], *, has_folder: bool) -> None:
    """Keep the engine behind a connection within its memory, but for what its settings say of it already."""
    # By statements: a database that this process has open already takes no other settings when it is opened again.
    for name, value in _bounds(said, has_folder=has_folder).items():
        if name == "temp_directory":
            ((there,),) = connection.execute("select current_setting('temp_directory')").fetchall()
            if Path(there).parent == _spills():
                continue
        connection.execute(f"set {name} = {literal(value)}")


def _bounds(said: dict[str, Any], *, has_folder: bool) -> dict[str, Any]:
    """The settings that are not said already.

    A database that is written to spills beside its file. One in memory would do so in whatever folder the process was
    started from, and one that is only read in the folder of those who read it.
    """
    found = {}
    if not has_folder and "temp_directory" not in said:
        found["temp_directory"] = str(_spills() / f"{os.getpid()}-{next(_numbers)}")
    if (limit := os.environ.get(MEMORY_LIMIT)) and "memory_limit" not in said:
        found["memory_limit"] = limit
    return found


@contextmanager
def spilling_into(folder: Path) -> Iterator[None]:
    """Meanwhile this process spills into the folder. At the end it goes; at first, what a killed one left there."""
    global _folder
    before, _folder = _folder, folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    try:
        yield
    finally:
        _folder = before
        shutil.rmtree(folder, ignore_errors=True)


def _spills() -> Path:
    global _folder
    if _folder is None:
        _folder = Path(tempfile.mkdtemp(prefix="crm360-"))  # for its owner alone
        atexit.register(shutil.rmtree, _folder, ignore_errors=True)
    return _folder
