"""Names and texts as SQL writes them, and cells as a file for spreadsheets has them.

Values go into statements as parameters; what stands here for SQL is for where it takes none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

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
