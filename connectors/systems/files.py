"""Files: CSV, JSON, JSON lines, Parquet and spreadsheets, one file, a folder's or a pattern's, mapped in crm360.toml.

    file ── each line, element, row or cell as it stands ──► record (JSON) ──► batch
         └─ what can't be read: rejected, with its line and the reason; then nothing is deleted by absence

A file is a snapshot of its stream: what is gone from it is deleted (`deletes = "none"` for files that only
add). Without `key` a record's id is a hash of the whole record, so exact duplicate rows become one: they are
counted as duplicates and dropped, unless `duplicates` says that each is a record; the batch's state tells how many
of each were, so that their money can be counted. Where no file has changed since the last night none is read again,
and of files that only add, with a key, only those that are new or have changed. gzip, bzip2, xz and zip are read as
they are. How a file is written (encoding, delimiter, …) is declared, never guessed here: `crm360 check` proposes it.
"""

from __future__ import annotations

import glob
import hashlib
import io
import os
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, BinaryIO, Literal, NamedTuple

import duckdb
import msgspec
from msgspec import Meta

from crm360 import duck
from crm360.connectors.engine import compressed, salvage, spreadsheets
from crm360.connectors.engine.connector import Chunk, Connector, Context
from crm360.connectors.engine.delimited import MOST_TITLES, DelimitedReader, Dialect, HeaderError, Line, header_among
from crm360.connectors.engine.errors import SET_UP, BadResponse, ConfigError, FileProblem
from crm360.connectors.engine.landing import LandedRecord
from crm360.connectors.engine.lines import TOO_LONG, capped_lines, capped_texts
from crm360.connectors.engine.mapped import MappedFields, OneOfAKey, near
from crm360.connectors.engine.names import plain_name
from crm360.connectors.engine.page import Page
from crm360.connectors.engine.pagination import OnePage
from crm360.connectors.engine.rows import RowReader
from crm360.connectors.engine.stream import Declared, Stream, Table

ROWS_IN_A_CHUNK, BYTES_IN_A_CHUNK = 10_000, 16 * 2**20
LARGEST_JSON = 2**30
EQUAL_LINES, END_OF_ID = "equal_lines", 16  # the key in a batch's state, and how much of an id stands there
KINDS = {
    "csv": "csv", "tsv": "tsv", "tab": "tsv", "jsonl": "jsonl", "ndjson": "jsonl", "json": "json", "parquet": "parquet",
    **dict.fromkeys(spreadsheets.SUFFIXES, "xlsx"),
}  # fmt: skip
Format = Literal["", "csv", "tsv", "jsonl", "json", "parquet", "xlsx"]
_FIELDS = msgspec.json.Decoder(dict[str, msgspec.Raw])


class FileTable(Table, forbid_unknown_fields=True, kw_only=True):
    """A file stream's settings. `path` may hold ${VARIABLE:-default}, be a pattern (`**/*.csv`) or a folder.

    `header` is the line of the columns' names, 0 where there is none: then `columns` names them. `records` leads to the
    list in a JSON file, `sheet` names one of a spreadsheet.
    """

    path: Annotated[
        str, Meta(description="A file, a folder or a pattern (in/**/*.csv); ${VARIABLE:-default} is filled in.")
    ]
    format: Annotated[Format, Meta(description="The kind of file. Empty: by its ending.")] = ""
    deletes: Annotated[
        Literal["sweep", "none"],
        Meta(description="Whether what is gone from the files is deleted (`sweep`), or files only add (`none`)."),
    ] = "sweep"
    delimiter: Annotated[str, Meta(description="What stands between values. Empty: a comma, or a tab in a TSV.")] = ""
    quote: Annotated[str, Meta(description="What encloses a value that holds a delimiter.")] = '"'
    encoding: Annotated[str, Meta(description="Any of Python's encodings by name, such as windows-1252.")] = "utf-8"
    header: Annotated[int, Meta(description="The line of the columns' names; 0 where there is none.")] = 1
    columns: Annotated[list[str], Meta(description="The columns' names where the file has none.")] = msgspec.field(
        default_factory=list
    )
    duplicates: Annotated[
        Literal["drop", "keep"],
        Meta(description="Without a key: whether lines that are equal are one record (`drop`), or one each (`keep`)."),
    ] = "drop"
    comment: Annotated[str, Meta(description="Lines that begin with it are passed over.")] = ""
    records: Annotated[str, Meta(description="Path of the list in a JSON file. Empty: the file is the list.")] = ""
    sheet: Annotated[str, Meta(description="Name of a spreadsheet's sheet. Empty: the first.")] = ""

    def dialect(self, kind: str) -> Dialect:
        """How a file of delimited text is written; a TSV's values stand between tabs."""
        delimiter = self.delimiter or ("\t" if kind == "tsv" else ",")
        return Dialect(delimiter, self.quote, self.encoding, self.header, tuple(self.columns), self.comment)


def stream(name: str, options: FileTable) -> Stream:
    """The stream that a [sources.<name>.streams.<stream>] table describes. Raises ConfigError."""
    wrong = options.dialect("csv").wrong()
    if wrong:
        raise ConfigError(wrong, where=name)
    if options.key and options.duplicates == "keep":
        raise ConfigError("duplicates = 'keep' is for lines without a key: leave out one of the two", where=name)
    return Stream(name, "mapped", options.path, options.schema(), OnePage(), cursor=False, deletes=(options.deletes,))


def found(path: str, base: Path, where: str) -> list[Path]:
    """The files that a path, pattern or folder names, sorted. Raises FileProblem if there is none."""
    expanded = re.sub(r"\$\{(\w+)(?::-([^}]*))?\}", lambda m: os.environ.get(m[1], m[2] or ""), path)
    whole = base / expanded
    if whole.is_dir():
        inside = (p for p in whole.iterdir() if not p.name.startswith("."))
        hits = sorted(p for p in inside if p.is_file() and (compressed.inner_suffix(p) in KINDS or p.suffix == ".zip"))
        if not hits:
            raise FileProblem(f"the folder {whole.name} holds no file of a kind that is read", where=where)
        return hits
    hits = [whole] if whole.is_file() else sorted(map(Path, glob.glob(str(whole), recursive=True)))  # noqa: PTH207
    hits = [p for p in hits if p.is_file()]
    if not hits:
        there = [p.name for p in whole.parent.iterdir() if p.is_file()] if whole.parent.is_dir() else []
        close = near(whole.name, there) if "*" not in whole.name else ""
        hint = close if "did you mean" in close else ""
        raise FileProblem(f"there is no file {Path(expanded).name}{hint}", where=where)
    return hits


class Found(NamedTuple):
    """One record as it stands, or why it was refused, and its place: line 7 of a.csv, element 7 of a.json."""

    number: int
    record: bytes
    refused: str = ""


@dataclass
class Reading:
    """One night's reading of a stream's files."""

    context: Context
    table: FileTable
    fields: MappedFields
    once: OneOfAKey
    copies: Counter[int] = field(default_factory=Counter)  # of each line without a key
    dropped: Counter[str] = field(
        default_factory=Counter
    )  # of equal lines those beyond the first, by the end of its id

    def chunks(self, path: Path) -> Iterator[Chunk]:
        """Every record of a file, and of each member of an archive. Raises FileProblem, and ConfigError."""
        reader, where = RowReader(self.context.stream.row), self.context.where
        try:
            for name, found in self._contents(path):
                piece: list[Found] = []
                size = 0
                for one in found:
                    piece.append(one)
                    size += len(one.record)
                    if len(piece) >= ROWS_IN_A_CHUNK or size > BYTES_IN_A_CHUNK:
                        yield Chunk(list(self._rows(name, piece, reader)))
                        piece, size = [], 0
                yield Chunk(list(self._rows(name, piece, reader)))
        except UnicodeError as error:
            raise FileProblem(
                f"{path.name} is not written in {self.table.encoding}: set encoding", where=where
            ) from error
        except compressed.DAMAGED as error:
            raise FileProblem(f"{path.name} is cut off or damaged: it can't be read to its end", where=where) from error

    def _rows(self, name: str, piece: list[Found], reader: RowReader) -> Iterator[LandedRecord]:
        place = f" of {name}" if self.context.pages > 1 or "/" in name else ""
        good = [f for f in piece if not f.refused]
        for f in piece:
            if f.refused:
                text = msgspec.json.encode(f.record.decode(errors="backslashreplace")).decode()
                yield LandedRecord(None, text, rejected_because=f"{f.refused}: line {f.number:,}{place}")
        if not self.table.key:
            for f in good:
                yield LandedRecord(self._id(f.record), f.record.decode())
            return
        for f, row in zip(good, reader.rows([f.record for f in good]), strict=True):
            if row.rejected_because is not None:
                yield msgspec.structs.replace(row, rejected_because=f"{row.rejected_because}, line {f.number:,}{place}")
            else:
                # With a change time they are two versions of one record.
                yield row if self.table.changed else self.once.check(row, f"line {f.number:,}{place}")

    def _id(self, record: bytes) -> str:
        """A record's id where it has no key; the second of equal ones has a 2 behind it."""
        digest = hashlib.md5(record, usedforsecurity=False)
        number = int.from_bytes(digest.digest()[:8])
        self.copies[number] += 1
        copy = self.copies[number]
        if self.table.duplicates == "drop":
            if copy > 1:
                self.dropped[digest.hexdigest()[-END_OF_ID:]] += 1
            return digest.hexdigest()
        return digest.hexdigest() if copy == 1 else f"{digest.hexdigest()}-{copy}"

    def _contents(self, path: Path) -> Iterator[tuple[str, Iterable[Found]]]:
        where, kind = self.context.where, self._kind(path.name, compressed.inner_suffix(path))
        if kind in ("parquet", "xlsx"):
            yield path.name, _parquet(path, self) if kind == "parquet" else self._sheet(path)
            return
        for name, suffix, file in compressed.contents(path):
            inner = self._kind(name, suffix)
            if inner in ("parquet", "xlsx"):
                raise ConfigError(f"{name}: of an archive, csv, tsv, json and jsonl are read", where=where)
            readers = {"json": self._json, "jsonl": self._json_lines}
            yield name, readers[inner](name, file) if inner in readers else self._delimited(name, inner, file)

    def _kind(self, name: str, suffix: str) -> str:
        kind = self.table.format or KINDS.get(suffix, "") or ("zip" if suffix == "zip" else "")
        if not kind:
            there = ", ".join(dict.fromkeys(KINDS.values()))
            raise ConfigError(
                f"{name}: its name does not tell its format; set format to one of {there}", where=self.context.where
            )
        return kind

    def _delimited(self, name: str, kind: str, file: BinaryIO) -> Iterator[Found]:
        reader = DelimitedReader(file, self.table.dialect(kind))
        lines = iter(reader)
        line = self._first(name, lines)
        self._as_mapped(reader.columns)
        below = [] if line is None else [(line.number, line.values)]
        self.check_columns(
            reader.columns, name, lambda wanted: header_among(below, wanted) or reader.header_below(wanted)
        )
        while line is not None:
            if line.refused:
                yield Found(line.number, line.text.encode(errors="surrogateescape"), line.refused)
            else:
                values = dict(zip(reader.columns, (value or None for value in line.values), strict=True))
                yield Found(line.number, msgspec.json.encode(values))
            line = next(lines, None)

    def _first(self, name: str, lines: Iterator[Line]) -> Line | None:
        try:
            return next(lines, None)
        except HeaderError as error:
            raise FileProblem(f"{name}: {error}", where=self.context.where) from None

    def _sheet(self, path: Path) -> Iterator[Found]:
        try:
            columns, rows = spreadsheets.sheet_rows(path, self.table.sheet, self.table.header or 1)
        except HeaderError as error:
            raise FileProblem(f"{path.name}: {error}", where=self.context.where) from None
        except spreadsheets.DAMAGED as error:
            raise FileProblem(f"{path.name} can't be read as a spreadsheet", where=self.context.where) from error
        self._as_mapped(columns)
        self.check_columns(columns, path.name, lambda wanted: header_among(_cells(rows), wanted))
        for row in rows:
            if isinstance(row, Line):
                yield Found(row.number, row.text.encode(), row.refused)
            else:
                yield Found(row[0], msgspec.json.encode(row[1]))

    def _json(self, name: str, file: BinaryIO) -> Iterator[Found]:
        body = file.read(LARGEST_JSON + 1)
        if len(body) > LARGEST_JSON:
            raise FileProblem(f"{name} is larger than 1 GiB: deliver it as JSON lines", where=self.context.where)
        try:
            page = Page(self._as_utf8(body), self.table.records)
        except BadResponse as error:
            at = f"no list at records = {self.table.records!r}" if self.table.records else "no JSON list"
            told = f"{name} is {at}: set records to the path of its list"
            raise FileProblem(told, where=self.context.where) from error
        for number, record in enumerate(page.records, 1):
            yield self._object(number, bytes(record))

    def _json_lines(self, name: str, file: BinaryIO) -> Iterator[Found]:
        lines = capped_lines(file)
        if self.table.encoding.lower() not in ("utf-8", "utf8"):
            lines = capped_texts(io.TextIOWrapper(file, self.table.encoding, newline="\n"))
        for number, line in enumerate(lines, 1):
            if line is None:
                yield Found(number, b"", TOO_LONG)
                continue
            text = line.strip().removeprefix(b"\xef\xbb\xbf")
            if text:
                yield self._object(number, text)

    def _object(self, number: int, text: bytes) -> Found:
        try:
            _FIELDS.decode(text)
            text.decode()
        except salvage.REFUSALS:
            return Found(number, text, "not a JSON object")
        self.fields.look(text)
        return Found(number, text)

    def _as_utf8(self, body: bytes) -> bytes:
        plain = self.table.encoding.lower() in ("utf-8", "utf8")
        return body if plain else body.decode(self.table.encoding).encode()

    def _as_mapped(self, columns: list[str]) -> None:
        """Give a column the name that crm360.toml maps where theirs differ in nothing that can be seen."""
        mapped = set(self.context.options.get("mapped", ()))
        for lacking in sorted(mapped - set(columns)):
            alike = [at for at, n in enumerate(columns) if n not in mapped and plain_name(n) == plain_name(lacking)]
            if len(alike) == 1:
                columns[alike[0]] = lacking

    def check_columns(
        self,
        columns: list[str],
        name: str,
        header_below: Callable[[Collection[str]], int | None] = lambda _names: None,
    ) -> None:
        """Raise FileProblem where a table lacks a column that is mapped: it says what it has before it is read.

        `header_below` looks for these names in the lines that follow: above a table there may be titles.
        """
        mapped = set(self.context.options.get("mapped", ()))
        lacking = sorted(mapped - set(columns))
        if lacking:
            told = f"{name} lacks the mapped column {lacking[0]!r}"
            below = header_below(mapped) if self.table.header else None
            if below is not None:
                told += f"; line {below} has all that are mapped: set header = {below} in crm360.toml"
                raise FileProblem(told, where=self.context.where, who=SET_UP)
            raise FileProblem(told + near(lacking[0], columns), where=self.context.where)
        self.fields.lacking.clear()


def read(context: Context) -> Iterator[Chunk]:
    """Every record of every file, unless nothing has changed since the last night."""
    table: FileTable = context.options["stream"]
    base: Path = context.options["base"]
    paths = found(table.path, base, context.where)
    before = {p: (p.stat().st_size, p.stat().st_mtime_ns) for p in paths}
    digests = {os.path.relpath(p, base): _digest(p) for p in paths}
    facts = {"files": digests, "facts": msgspec.to_builtins(table)}
    counts_equal = not table.key and table.duplicates == "drop"
    known = {**facts, EQUAL_LINES: context.state.get(EQUAL_LINES)} if counts_equal else facts
    if context.state == known and (not counts_equal or known[EQUAL_LINES] is not None):
        context.reading, context.end_proof = "unchanged", "no file has changed since it was read"
        return
    # What files that only add have shown by a key stands, so that a new one does not have all of them read again.
    only_adds = table.deletes == "none" and table.key and context.state.get("facts") == facts["facts"]
    read_before = context.state.get("files", {}) if only_adds else {}
    new = [p for p in paths if read_before.get(name := os.path.relpath(p, base)) != digests[name]]
    context.state.clear()
    context.state.update(facts)
    context.end_proof = "every file was read to its end"
    if len(new) < len(paths):
        context.reading, context.end_proof = "changes", "every file that is new or has changed was read to its end"
    once = OneOfAKey(tuple(table.key), FileProblem, context.where, FileProblem.who)
    reading = Reading(context, table, MappedFields.of(context.options.get("mapped", ())), once)
    for path in new:
        context.pages += 1
        yield from reading.chunks(path)
        if (path.stat().st_size, path.stat().st_mtime_ns) != before[path]:
            raise FileProblem(f"{path.name} was written to while it was read", where=context.where)
    if counts_equal:
        context.state[EQUAL_LINES] = dict(reading.dropped)
    reading.fields.settle(f"record of {(new or paths)[-1].name}", FileProblem, context.where, FileProblem.who)


def _cells(rows: Iterator[Line | tuple[int, dict[str, Any]]]) -> Iterator[tuple[int, list[str]]]:
    """The first rows of a sheet, each as its cells' texts."""
    for row in islice(rows, MOST_TITLES):
        if not isinstance(row, Line):
            yield row[0], [str(value) for value in row[1].values()]


def _parquet(path: Path, reading: Reading) -> Iterator[Found]:
    with duck.connect(config={"threads": 2}) as con:
        con.execute("set timezone = 'UTC'")  # a moment's text, and an id made of it, are the same on every machine
        try:
            columns = [c[0] for c in con.execute("describe select * from read_parquet(?)", [str(path)]).fetchall()]
            reading.check_columns(columns, path.name)
            rows = con.execute("select to_json(t)::varchar from read_parquet(?) as t", [str(path)])
            number = 0
            while piece := rows.fetchmany(ROWS_IN_A_CHUNK):
                for (text,) in piece:
                    number += 1
                    yield Found(number, text.encode())
        except duckdb.Error as error:
            raise FileProblem(f"{path.name} can't be read as parquet", where=reading.context.where) from error


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()


FILES = Connector("files", (), read=read, settings={}, secrets=(), declared=Declared(FileTable, stream))
