"""Delimited text (CSV, TSV) as records: every line is a record, or is refused with its number and a reason.

    1  id,name,note            the header: names the columns; a name that stands twice refuses the file
    2  7,Ann,"two              a quoted value may go over lines
    3  lines"
    4  8,"Bob,tall             an open quote: this line alone is refused, and reading goes on with the next
    5  9,Cid                   a short row: refused

Excel writes and reads a line `sep=;` above the header: it says what stands between values, and is no line of the table.

A quote that never closes must not swallow what follows it: what it took is given back, and read line by line. Quotes
count only where a value begins (RFC 4180, section 2); within a value that is not quoted they are letters.
"""

from __future__ import annotations

import codecs
import io
import re
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import BinaryIO, NamedTuple

from crm360.connectors.engine.names import plain_name

MOST_LINES = 1_000  # that one quoted value goes over; beyond it the quote was left open
LONGEST_LINE = 2**24
MOST_TITLES = 30  # lines above a table, in which its header is looked for
_UNDECODED = re.compile("[\ud800-\udfff]")
_SEPARATOR = re.compile(r"sep=([^\r\n])\r?\n?", re.IGNORECASE)


@dataclass(frozen=True)
class Dialect:
    """How a file is written. `header` is the line of the columns' names, 0 where `columns` names them."""

    delimiter: str = ","
    quote: str = '"'
    encoding: str = "utf-8"
    header: int = 1
    columns: tuple[str, ...] = ()
    comment: str = ""

    def wrong(self) -> str | None:
        """What is wrong with these settings, in words."""
        if not self.delimiter or self.delimiter in "\r\n":
            return r"delimiter is what stands between two values, such as ';', '|' or '\t'"
        if len(self.quote) > 1 or self.quote == self.delimiter:
            return "quote is one character that is not the delimiter, or '' where no value is quoted"
        if not is_encoding(self.encoding):
            return f"encoding {self.encoding!r} is none that Python knows; there are utf-8, windows-1252, utf-16, …"
        if self.header < 0 or (self.header == 0) is not bool(self.columns):
            return (
                "header is the number of the line that names the columns; with header = 0 the list columns names them"
            )
        return None


class Line(NamedTuple):
    """One record's values, or why its line was refused. `number` counts from 1, as editors do."""

    number: int
    text: str
    values: list[str]
    refused: str = ""


class HeaderError(ValueError):
    """The header can't name the columns; the text says why, and holds nothing but columns' names."""


def is_encoding(name: str) -> bool:
    """Whether Python knows it, and it is one of text."""
    try:
        "".encode(name)
        return codecs.lookup(name).name not in ("idna", "punycode", "undefined")
    except (LookupError, UnicodeError, TypeError):
        return False


def header_among(rows: Iterable[tuple[int, Sequence[str]]], names: Collection[str]) -> int | None:
    """The number of the row that holds all of these names, where a table begins below its titles."""
    wanted = {plain_name(name) for name in names}
    for number, row in rows:
        if wanted and wanted <= {plain_name(str(value)) for value in row}:
            return number
    return None


@dataclass
class DelimitedReader:
    """Reads a file's lines. `columns` stand once iteration has begun."""

    file: BinaryIO
    dialect: Dialect
    columns: list[str] = field(default_factory=list)
    waiting: deque[tuple[int, str]] = field(default_factory=deque)
    _number: int = 0

    def __iter__(self) -> Iterator[Line]:
        """Every record and every refused line, in order. Raises HeaderError, and UnicodeError where decoding ends."""
        name = codecs.lookup(self.dialect.encoding).name
        # What can't be decoded becomes a lone surrogate, so that its line alone is refused.
        text = io.TextIOWrapper(
            self.file, "utf-8-sig" if name == "utf-8" else name, errors="surrogateescape", newline=""
        )
        self._lines = iter(lambda: text.readline(LONGEST_LINE), "")
        self._read_separator()
        self.columns = list(self.dialect.columns) or self._header()
        width, quote, delimiter = len(self.columns), self.dialect.quote, self.dialect.delimiter
        comment = self.dialect.comment
        while True:
            if self.waiting:
                number, whole = self.waiting.popleft()
            else:
                whole = next(self._lines, "")
                if not whole:
                    return
                self._number = number = self._number + 1
            if comment and whole.startswith(comment):
                continue
            if (not quote or quote not in whole) and whole.isascii() and "\0" not in whole:  # as most lines are
                values = whole.rstrip("\r\n").split(delimiter)
                if len(values) == width and values != self.columns:
                    if any(values):
                        yield Line(number, whole, values)
                    continue
            read = self._read(number, whole)
            if read.refused or any(read.values):  # spreadsheets end in rows of nothing
                yield self._judged(read, width)

    def _judged(self, line: Line, width: int) -> Line:
        if line.refused:
            return line
        if _UNDECODED.search(line.text):
            return line._replace(refused=f"bytes that are not {self.dialect.encoding}")
        if "\0" in line.text:
            return line._replace(refused="a NUL in the line")
        if len(line.values) != width:
            kind = "short" if len(line.values) < width else "long"
            return line._replace(refused=f"a {kind} row, of {len(line.values)} values for {width} columns")
        if line.values == self.columns and self.dialect.header:
            return line._replace(refused="the header once more")
        return line

    def _read_separator(self) -> None:
        """Take the line that says what stands between values, where the file begins with one."""
        first = self._next()
        if first is None:
            return
        told = _SEPARATOR.fullmatch(first[1])
        if told is None:
            self.waiting.appendleft(first)
        else:
            self.dialect = replace(self.dialect, delimiter=told[1])

    def header_below(self, names: Collection[str]) -> int | None:
        """The line below those read so far that holds all of these names. Lines that are looked at are gone."""
        rows = (self._read(*line) for line in islice(iter(self._next, None), MOST_TITLES))
        return header_among(((row.number, row.values) for row in rows), names)

    def _header(self) -> list[str]:
        # `header` counts the file's lines, so that one above it that says what stands between values is among them.
        for _ in range(self.dialect.header - 1 - self._number + len(self.waiting)):
            self._next()
        line = self._next()
        if line is None:
            raise HeaderError("it is empty")
        read = self._read(*line)
        if read.refused or _UNDECODED.search(read.text) or "\0" in read.text:
            why = read.refused or f"it is not written in {self.dialect.encoding}: set encoding"
            raise HeaderError(f"line {line[0]}, which names the columns, can't be read: {why}")
        names = [name or f"column_{n}" for n, name in enumerate(read.values, 1)]
        for n, name in enumerate(names):
            if name in names[:n]:
                at = names.index(name) + 1
                raise HeaderError(f"the columns {at} and {n + 1} are both named {name!r}")
        return names

    def _next(self) -> tuple[int, str] | None:
        if self.waiting:
            return self.waiting.popleft()
        text = next(self._lines, None)
        if text is None:
            return None
        self._number += 1
        return self._number, text

    def _read(self, number: int, whole: str) -> Line:
        quote, delimiter = self.dialect.quote, self.dialect.delimiter
        text = whole.rstrip("\r\n")
        if len(text) >= LONGEST_LINE - 2:
            return Line(number, text[:100], [], f"longer than {LONGEST_LINE:,} letters")
        if not quote or quote not in text:
            return Line(number, text, text.split(delimiter) if text else [])
        taken: list[tuple[int, str]] = []
        values, refused = self._quoted(whole, taken)
        if refused:
            self.waiting.extendleft(reversed(taken))
            return Line(number, text, [], refused)
        return Line(number, (whole + "".join(t for _, t in taken)).rstrip("\r\n"), values)

    def _quoted(self, whole: str, taken: list[tuple[int, str]]) -> tuple[list[str], str]:
        """The values of a line with quotes, and what is wrong. Lines that a value goes on over are put to `taken`."""
        quote, delimiter = self.dialect.quote, self.dialect.delimiter
        values: list[str] = []
        text, at = whole.rstrip("\r\n"), 0
        while True:
            if not text.startswith(quote, at):
                end = text.find(delimiter, at)
                values.append(text[at:] if end < 0 else text[at:end])
                if end < 0:
                    return values, ""
                at = end + len(delimiter)
                continue
            pieces, at = [], at + 1
            while True:
                end = text.find(quote, at)
                if end < 0:
                    pieces.append(whole[at:])  # the line's end is part of the value
                    line = self._next() if len(taken) < MOST_LINES else None
                    if line is None:
                        return values, "a quote that never closes"
                    taken.append(line)
                    whole, at = line[1], 0
                    text = whole.rstrip("\r\n")
                elif text.startswith(quote, end + 1):
                    pieces.append(text[at : end + 1])
                    at = end + 2
                else:
                    pieces.append(text[at:end])
                    at = end + 1
                    break
            values.append("".join(pieces))
            if at == len(text):
                return values, ""
            if not text.startswith(delimiter, at):
                return values, "text after a closing quote"
            at += len(delimiter)
