"""What a trial lists in a file: `--to` of `crm360 plan`."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import duckdb

from crm360.quoting import write_csv

MANY = 10_000  # rows at a time


def write_list(found: duckdb.DuckDBPyConnection, to: Path) -> None:
    """Write what was found as CSV that no spreadsheet runs. Raises OSError."""
    with to.open("w", encoding="utf-8", newline="") as handle:
        write_csv(handle, [column[0] for column in found.description or ()], partial(found.fetchmany, MANY))
