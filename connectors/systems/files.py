"""Files: CSV, JSON lines and Parquet, one file or a folder's worth by a pattern, mapped to entities in crm360.toml.

    file ── DuckDB reads CSV (all text) and Parquet, JSON lines are taken as they stand ──► record (JSON) ──► batch

A file is a snapshot of its stream: what is gone from it is deleted (`deletes = "none"` for files that only
add). Without `key` a record's id is a hash of the whole record, so exact duplicate rows become one: they are
counted as duplicates and dropped. Files that have not changed since the last night are not read again.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import msgspec

from crm360.connectors.engine import salvage
from crm360.connectors.engine.connector import Chunk, Connector, Context
from crm360.connectors.engine.errors import ConfigError, FileProblem
from crm360.connectors.engine.landing import LandedRecord
from crm360.connectors.engine.lines import TOO_LONG, capped_lines
from crm360.connectors.engine.pagination import OnePage
from crm360.connectors.engine.record_schema import RecordSchema
from crm360.connectors.engine.rows import RowReader
from crm360.connectors.engine.stream import Declared, Stream, Table

ROWS_IN_A_CHUNK, BYTES_IN_A_CHUNK = 10_000, 16 * 2**20
_FIELDS = msgspec.json.Decoder(dict[str, msgspec.Raw])
FORMATS = ("csv", "jsonl", "parquet")


class FileTable(Table, forbid_unknown_fields=True, kw_only=True):
    """A file stream's settings in crm360.toml. `path` may hold ${VARIABLE:-default} and a pattern (`*.csv`)."""

    path: str
    format: str = ""
    deletes: str = "sweep"
    delimiter: str = ","
    encoding: str = "utf-8"


def stream(name: str, options: FileTable) -> Stream:
    """The stream that a [sources.<name>.streams.<stream>] table describes. Raises ConfigError."""
    if options.deletes not in ("sweep", "none"):
        raise ConfigError(f"deletes is 'sweep' or 'none', not {options.deletes!r}", where=name)
    row = RecordSchema(key=tuple(options.key), changed=options.changed or None)
    return Stream(name, "mapped", options.path, row, OnePage(), cursor=False, deletes=(options.deletes,))  # type: ignore[arg-type]


def found(path: str, base: Path, where: str) -> list[Path]:
    """The files that a path or pattern names, sorted. Raises FileProblem if there is none."""
    expanded = re.sub(r"\$\{(\w+)(?::-([^}]*))?\}", lambda m: os.environ.get(m[1], m[2] or ""), path)
    whole = base / expanded
    hits = [whole] if whole.is_file() else sorted(p for p in whole.parent.glob(whole.name) if p.is_file())
    if not hits:
        raise FileProblem(f"there is no file {Path(expanded).name}", where=where)
    return hits


def read(context: Context) -> Iterator[Chunk]:
    """Every record of every file, unless nothing has changed since the last night."""
    options: FileTable = context.options["stream"]
    paths = found(options.path, context.options["base"], context.where)
    digests = {p.name: _digest(p) for p in paths}
    facts = {"files": digests, "facts": msgspec.to_builtins(options)}
    if context.state == facts:
        context.reading, context.end_proof = "unchanged", "no file has changed since it was read"
        return
    context.state.clear()
    context.state.update(facts)
    context.end_proof = "every file was read to its end"
    reader = RowReader(context.stream.row)
    lacking = set(context.options.get("mapped", ()))
    for path in paths:
        context.pages += 1
        kind = options.format or path.suffix.lstrip(".").lower().replace("ndjson", "jsonl")
        if kind not in FORMATS:
            raise ConfigError(f"format is one of {', '.join(FORMATS)}", where=context.where)
        pieces = _json_lines(path, lacking) if kind == "jsonl" else _table(path, kind, options, context)
        for records in pieces:
            yield Chunk(_rows(records, reader, bool(options.key)))
        if kind != "jsonl":
            lacking.clear()  # a table says what columns it has before it is read
    if lacking and any(path.stat().st_size for path in paths):
        raise FileProblem(f"no record of {paths[-1].name} has the mapped field {min(lacking)!r}", where=context.where)


def _rows(records: list[bytes | LandedRecord], reader: RowReader, keyed: bool) -> Iterator[LandedRecord]:
    good = [r for r in records if not isinstance(r, LandedRecord)]
    yield from (r for r in records if isinstance(r, LandedRecord))
    if keyed:
        yield from reader.rows(good)
    else:
        for record in good:
            yield LandedRecord(hashlib.md5(record, usedforsecurity=False).hexdigest(), record.decode())


def _table(path: Path, kind: str, options: FileTable, context: Context) -> Iterator[list[bytes | LandedRecord]]:
    """CSV and Parquet by DuckDB. CSV lines that do not fit the header come out as rejected rows."""
    source = "read_parquet(?)"
    values = [str(path)]
    if kind == "csv":
        source = """read_csv(?, header = true, all_varchar = true, delim = ?, encoding = ?,
                             quote = '"', escape = '"', store_rejects = true)"""
        values += [options.delimiter, options.encoding]
    with duckdb.connect(config={"threads": 2}) as con:
        try:
            columns = [c[0] for c in con.execute(f"describe select * from {source}", values).fetchall()]
            _check_columns(columns, context, path)
            rows = con.execute(f"select to_json(t)::varchar from {source} as t", values)
            while piece := rows.fetchmany(ROWS_IN_A_CHUNK):
                yield [text.encode() for (text,) in piece]
            if kind == "csv":
                rejects = (
                    "select csv_line, min(error_type::varchar) from reject_errors group by line, csv_line order by line"
                )
                yield [_rejected(line, f"CSV: {reason.lower()}") for line, reason in con.execute(rejects).fetchall()]
        except duckdb.Error as error:
            raise FileProblem(f"{path.name} can't be read as {kind}", where=context.where) from error


def _json_lines(path: Path, lacking: set[str]) -> Iterator[list[bytes | LandedRecord]]:
    """JSON lines, each exactly as it stands; lines that are no JSON objects come out as rejected rows.

    The names that a record has are taken out of `lacking`.
    """
    piece: list[bytes | LandedRecord] = []
    size = 0
    with path.open("rb") as file:
        for line in capped_lines(file):
            if line is None:
                piece.append(LandedRecord(None, None, rejected_because=TOO_LONG))
                continue
            size += len(line)
            text = line.strip().removeprefix(b"\xef\xbb\xbf")
            if not text:
                continue
            try:
                fields = _FIELDS.decode(text)
                text.decode()
                piece.append(text)
                if lacking:
                    lacking.difference_update(fields)
            except salvage.REFUSALS:
                piece.append(_rejected(text.decode(errors="replace"), "not a JSON object"))
            if len(piece) >= ROWS_IN_A_CHUNK or size > BYTES_IN_A_CHUNK:
                yield piece
                piece, size = [], 0
    yield piece


def _rejected(line: str, reason: str) -> LandedRecord:
    return LandedRecord(None, msgspec.json.encode(line).decode(), rejected_because=reason)


def _check_columns(columns: list[str], context: Context, path: Path) -> None:
    lacking = sorted(set(context.options.get("mapped", ())) - set(columns))
    if lacking:
        raise FileProblem(f"{path.name} lacks the mapped column {lacking[0]!r}", where=context.where)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()


FILES = Connector("files", (), read=read, settings={}, secrets=(), declared=Declared(FileTable, stream))
