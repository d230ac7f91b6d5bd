"""A search of the data folder for a person's values, byte by byte, as nobody's own word is taken for it.

Each value is looked for as it was written and in lower case, in UTF-8 and UTF-16, as JSON, HTML and URLs write it; in
files as they lie, in what they hold compressed (Parquet, gzip, zip, zstd), and in the rows of DuckDB files.
"""

from __future__ import annotations

import contextlib
import gzip
import html
import json
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from crm360 import duck
from crm360.connectors.engine.errors import Crm360Error

# What reading a file that is not as it was written raises, by what it is.
DAMAGED = (OSError, EOFError, zlib.error, zipfile.BadZipFile, pa.ArrowException, duckdb.Error)
WINDOW = 8  # bytes by which places are found that may hold a value
LETTERS = re.compile(rb"[0-9a-z]")
JOINING = (b".", b"-", b"_", b"+")  # what an address may go on with


def ways(text: str) -> set[bytes]:
    """How a text may stand in a file, in lower case."""
    told: set[str] = set()
    for form in {text, unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text)}:
        low = form.lower()
        told |= {low, json.dumps(low)[1:-1], html.escape(low), quote(low).lower(), quote(low, safe="").lower()}
        told |= {low.replace("/", "\\/"), json.dumps(low)[1:-1].replace("/", "\\/")}
    found = {t.lower().encode() for t in told} | {text.encode().lower()}  # É stays É where bytes are put in lower case
    return found | {text.lower().encode(kind) for kind in ("utf-16-le", "utf-16-be")}


@dataclass
class Needles:
    """The values that are looked for. `bounded` ones are ids: they count only where they stand by themselves."""

    texts: set[str] = field(default_factory=set)
    bounded: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._free = {way for text in self.texts for way in ways(text)}
        self._ids = {way for text in self.bounded for way in ways(text)}
        self._ids -= self._free
        every = self._free | self._ids
        self._short = sorted(way for way in every if len(way) < WINDOW)
        self._long: dict[int, list[bytes]] = {}
        for way in every:
            if len(way) >= WINDOW:
                self._long.setdefault(int.from_bytes(way[:WINDOW], "little"), []).append(way)
        self._begins = np.array(sorted(self._long), np.uint64)

    def __bool__(self) -> bool:
        return bool(self._free or self._ids)

    def count(self, content: bytes) -> int:
        """How many bytes of a content are one of the values."""
        low = content.lower()
        return sum(len(way) for _, way in self._places(low))

    def left(self, whole: bytes, told: Iterable[bytes]) -> int:
        """How many bytes of a file are one of the values: of the file as it lies, and of what it holds, decoded.

        A value inside a longer word of a text is another's: "Lindenstraße 3" in "Lindenstraße 35", ann@mail.example in
        joann@mail.example. Bytes that are no text have no words: there each counts, but for those that such a text of
        the same file explains.
        """
        count, others = 0, set[bytes]()
        is_text = b"\0" not in whole
        for content in [*([whole] if is_text else []), *told]:
            low = content.lower()
            for at, way in self._places(low):
                if _is_within(low, at, way):
                    others.add(way)
                else:
                    count += len(way)
        if not is_text:
            low = whole.lower()
            count += sum(len(way) for at, way in self._places(low) if way not in others or not _is_within(low, at, way))
        return count

    def _places(self, low: bytes) -> Iterator[tuple[int, bytes]]:
        for way in self._short:
            at = low.find(way)
            while at >= 0:
                if self._stands(low, at, way):
                    yield at, way
                at = low.find(way, at + 1)
        if not len(self._begins):
            return
        for shift in range(min(WINDOW, len(low))):
            whole = (len(low) - shift) // WINDOW
            windows = np.frombuffer(low, np.uint64, whole, shift)
            for n in np.flatnonzero(np.isin(windows, self._begins)):
                at = shift + int(n) * WINDOW
                for way in self._long[int(windows[n])]:
                    if low.startswith(way, at) and self._stands(low, at, way):
                        yield at, way

    def _stands(self, low: bytes, at: int, way: bytes) -> bool:
        if way not in self._ids:
            return True
        before, after = low[at - 1 : at] if at else b"", low[at + len(way) : at + len(way) + 1]
        return not LETTERS.fullmatch(before) and not LETTERS.fullmatch(after)

    def blanked(self, content: bytes) -> bytes:
        """The content with spaces in place of every value."""
        new = bytearray(content)
        for at, way in self._places(content.lower()):
            new[at : at + len(way)] = b" " * len(way)
        return bytes(new)

    def replaced(self, text: str, by: str) -> str:
        """A text with another one in place of every value."""
        if not self.count(text.encode()):
            return text
        listed = sorted((w.decode() for w in self._free | self._ids if b"\0" not in w), key=len, reverse=True)
        return re.sub("|".join(map(re.escape, listed)), by, text, flags=re.IGNORECASE)


def _is_within(low: bytes, at: int, way: bytes) -> bool:
    """Whether a value in a text is a part of a longer word, or of a longer address."""
    end = at + len(way)
    if _is_letter(low, at - 1) or _is_letter(low, end):
        return True
    if b"@" not in way:
        return False
    return (at > 0 and low[at - 1 : at] in JOINING and _is_letter(low, at - 2)) or (
        low[end : end + 1] in JOINING and _is_letter(low, end + 1)
    )


def _is_letter(low: bytes, at: int) -> bool:
    return at >= 0 and LETTERS.fullmatch(low[at : at + 1]) is not None


class Unsearchable(Crm360Error):
    """What a file holds can't be looked into: whether a value of the person is in it, nobody knows."""

    who = "whoever runs this machine: mend the file or remove it, and ask again"


def search(data: Path, needles: Needles, besides: Iterable[str] = ()) -> dict[str, int]:
    """File → bytes of it, or of what it holds compressed, that are one of the values. `besides` are not looked into.

    Raises Unsearchable for a file that can't be looked into: what was not searched is not clean.
    """
    found: dict[str, int] = {}
    skipped = tuple(besides)
    for path in sorted(data.rglob("*")):
        name = str(path.relative_to(data))
        if not path.is_file() or path.is_symlink() or name.startswith(skipped or ("\0",)):
            continue
        try:
            whole, *told = contents(path)
            count = needles.left(whole, told)
        except DAMAGED as error:
            raise Unsearchable(f"it can't be looked into ({type(error).__name__})", where=name) from error
        if count:
            found[name] = count
    return found


def contents(path: Path) -> Iterator[bytes]:
    """A file's bytes, and those of what it holds compressed. Raises one of DAMAGED where that can't be read."""
    raw = path.read_bytes()
    yield raw
    if raw[:4] == b"PAR1":
        yield from _parquet(path)
    elif raw[8:12] == b"DUCK":
        yield from _duckdb(path)
    elif raw[:2] == b"\x1f\x8b":
        yield gzip.decompress(raw)
    elif raw[:4] == b"PK\x03\x04":
        yield from _zip(path)
    elif raw[:4] == b"\x28\xb5\x2f\xfd":
        yield pa.CompressedInputStream(pa.BufferReader(raw), "zstd").read()
    elif raw[:1] == b"\x78":
        with contextlib.suppress(zlib.error):  # a text may begin with an x
            yield zlib.decompress(raw)


def _zip(path: Path) -> Iterator[bytes]:
    with zipfile.ZipFile(path) as file:
        for name in file.namelist():
            yield file.read(name)


def _parquet(path: Path) -> Iterator[bytes]:
    with pq.ParquetFile(path) as file:
        for some in file.iter_batches(20_000):
            yield b"\n".join(told for column in some.columns for told in _values(column))


def _values(column: pa.Array) -> Iterator[bytes]:
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        yield "\n".join(v for v in column.to_pylist() if v is not None).encode(errors="surrogatepass")
    elif pa.types.is_binary(column.type):
        yield b"\n".join(v for v in column.to_pylist() if v is not None)
    elif pa.types.is_integer(column.type) or pa.types.is_nested(column.type):
        yield "\n".join(str(v) for v in column.to_pylist() if v is not None).encode(errors="surrogatepass")
    elif pa.types.is_decimal(column.type):
        yield "\n".join(v for v in pc.cast(column, pa.string()).to_pylist() if v is not None).encode()


def _duckdb(path: Path) -> Iterator[bytes]:
    with duck.connect(path, read_only=True) as con:
        tables = con.execute(
            "select schema_name, table_name from duckdb_tables() where not internal order by all"
        ).fetchall()
        for schema, table in tables:
            reader: Any = con.sql(f'select * from "{schema}"."{table}"').to_arrow_reader(20_000)
            for some in reader:
                yield b"\n".join(told for column in some.columns for told in _values(column))
        for view in con.execute("select sql from duckdb_views() where not internal").fetchall():
            yield str(view[0]).encode()
