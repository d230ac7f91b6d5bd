"""Spreadsheets (xlsx, xlsm, xls, xlsb, ods) as records: one sheet, its cells as what they are, by python-calamine.

A cell that holds a number becomes a JSON number with its own digits, a date ISO 8601, so a reader's locale has no say
in them; a cell that holds text stays text, and is read as the stream's locale says.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
from python_calamine import CalamineError, CalamineWorkbook

from crm360.connectors.engine.delimited import HeaderError, Line
from crm360.connectors.engine.mapped import near

SUFFIXES = ("xlsx", "xlsm", "xls", "xlsb", "ods")
# zipfile's NotImplementedError is a way of packing that it does not know, its RuntimeError a member under a password.
DAMAGED = (CalamineError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError)
# A workbook is held in memory while it is read. Excel's own limit for a cell is 32,767 characters, and a full sheet of
# a million rows with ten columns unpacks to some 500 MB.
LONGEST_CELL = 2**20  # bytes
MOST_UNPACKED = 2 * 2**30  # bytes
_AT_ONCE = 2**18


def sheet_rows(path: Path, sheet: str, header: int) -> tuple[list[str], Iterator[Line | tuple[int, dict[str, Any]]]]:
    """The columns, and each row as (its number, values by column); Line for one that can't be read.

    Raises HeaderError, or one of DAMAGED. Without a name the first sheet is read.
    """
    _check_room(path)
    with CalamineWorkbook.from_path(str(path)) as book:
        if sheet and sheet not in book.sheet_names:
            raise HeaderError(f"there is no sheet {sheet!r}{near(sheet, book.sheet_names)}")
        found = book.get_sheet_by_name(sheet or book.sheet_names[0])
        rows = found.to_python(skip_empty_area=False)
    if len(rows) < header:
        raise HeaderError("it is empty")
    names = [str(exact(v) or f"column_{n}") for n, v in enumerate(rows[header - 1], 1)]
    while (
        names and names[-1] == f"column_{len(names)}" and not any(_is_filled(r, len(names) - 1) for r in rows[header:])
    ):
        names.pop()
    twice = [n for n in names if names.count(n) > 1]
    if twice:
        raise HeaderError(f"two columns are named {twice[0]!r}")
    return names, _records(rows, names, header)


def _check_room(path: Path) -> None:
    """Raises HeaderError where one text is longer than any cell may be, or all is more than is held in memory.

    A workbook is a zip, of which half a megabyte may hold a cell of five hundred. Seen by unpacking piece by piece, for
    what a zip says of its sizes need not be so. The old xls is none, and no larger than its file.
    """
    if not zipfile.is_zipfile(path):
        if path.stat().st_size > MOST_UNPACKED:
            raise HeaderError(f"it is larger than {MOST_UNPACKED // 2**30} GiB: save it as CSV")
        return
    unpacked = 0
    with zipfile.ZipFile(path) as book:
        for member in book.infolist():
            text = 0  # bytes since the last mark
            with book.open(member) as file:
                while piece := file.read(_AT_ONCE):
                    unpacked += len(piece)
                    if unpacked > MOST_UNPACKED:
                        raise HeaderError(f"it unpacks to more than {MOST_UNPACKED // 2**30} GiB: save it as CSV")
                    if not member.filename.lower().endswith(".xml"):
                        continue
                    first, *others = piece.split(b"<")
                    text += len(first)
                    if max([text, *map(len, others)]) > LONGEST_CELL:
                        raise HeaderError(f"a cell holds more than {LONGEST_CELL // 2**20} MiB: empty or shorten it")
                    text = len(others[-1]) if others else text


def _records(rows: list[list[Any]], names: list[str], header: int) -> Iterator[Line | tuple[int, dict[str, Any]]]:
    for number, row in enumerate(rows[header:], header + 1):
        values = {name: exact(value) for name, value in zip(names, row, strict=False)}
        if all(value is None for value in values.values()):
            continue  # a sheet's lower end
        if [str(v) for v in values.values()] == names:
            yield Line(number, "", [], "the header once more")
            continue
        yield number, values


def _is_filled(row: list[Any], at: int) -> bool:
    return at < len(row) and exact(row[at]) is not None


def exact(value: Any) -> Any:
    """A cell's value for JSON. Whole numbers have no '.0'; all others are told with the digits that the sheet shows."""
    if isinstance(value, str):
        return value if value.strip() else None
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float):
        number = Decimal(repr(value))
        whole = number.is_finite() and number == number.to_integral_value()
        return (
            msgspec.Raw(format(number.quantize(Decimal(1)) if whole else number, "f").encode())
            if number.is_finite()
            else str(value)
        )
    if isinstance(value, datetime):
        return value.isoformat() if value.time() != time() else value.date().isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return str(value)
