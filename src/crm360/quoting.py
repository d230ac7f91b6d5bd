"""Names and texts as SQL writes them, and cells as a file for spreadsheets has them.

Values go into statements as parameters; what stands here for SQL is for where it takes none.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Sequence
from typing import TextIO

# What begins a formula, in spreadsheets of all makers. A telephone number begins with + and is made harmless too.
FORMULA = re.compile(r"\s*[=+\-@\t\r\n\x00-\x1f\uff0b\uff0d\uff1d\uff20]")


def identifier(name: str) -> str:
    """A table's or column's name, in double quotes."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: object) -> str:
    """A text, in single quotes."""
    return "'" + str(value).replace("'", "''") + "'"


def literals(values: Iterable[object]) -> str:
    """Several texts, separated by commas."""
    return ", ".join(map(literal, values))


def harmless(cell: object) -> str:
    """Return a cell's text; with an apostrophe in front if a spreadsheet would run it as a formula."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if FORMULA.match(text) else text


def write_csv(handle: TextIO, columns: Sequence[str], rows_at_a_time: Callable[[], Sequence[Sequence[object]]]) -> int:
    """Write a header and rows, asked for until none come, as CSV that no spreadsheet runs. Returns the rows."""
    rows, count = csv.writer(handle, lineterminator="\n"), 0
    rows.writerow([harmless(name) for name in columns])
    while some := rows_at_a_time():
        rows.writerows([[harmless(cell) for cell in row] for row in some])
        count += len(some)
    return count
