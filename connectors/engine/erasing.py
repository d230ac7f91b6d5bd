"""Landed batches without the forgotten: written anew, with the chain whole, in one step that a kill can't halve.

The batch that follows a changed one names its content hash, so that one's footer is written anew, too; no other is. New
files are made beside the old ones, then a journal names them, then they take their places: whoever reads the stream
next finishes what was begun (chain.finish_rewriting). A footer says that, and how much, was taken out of its batch.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from crm360.connectors.engine import chain
from crm360.connectors.engine.anonymise import Anonymiser
from crm360.connectors.engine.batch import (
    COLUMNS,
    FOOTER_KEY,
    SEAL_KEY,
    Footer,
    LandedRecord,
    make_durable,
    seal,
    writer,
)
from crm360.connectors.engine.failpoints import reach
from crm360.connectors.engine.landing import Landing

ROWS_AT_ONCE = 5_000


@dataclass
class Erased:
    """What was taken out of a stream: rows, and rows that stay without the person; and of how many batches."""

    rows: int = 0
    anonymised: int = 0
    batches: int = 0


def look(landing: Landing, source: str, stream: str, of: Anonymiser) -> Erased:
    """What `erase` would do. Changes nothing."""
    found = Erased()
    for path, _ in landing.footers(source, stream):
        _count(path, of, found)
    return found


def erase(landing: Landing, source: str, stream: str, of: Anonymiser, now: datetime) -> Erased:
    """Take the forgotten out of every batch in which they were not looked for yet. Raises LandingError."""
    folder, number = landing.folder(source, stream), of.forgotten.number
    footers = landing.footers(source, stream)
    memory, found = chain.remembered(folder), Erased()
    known = memory.checked
    todo = {p for p, _ in footers if p.stem not in known or known[p.stem].cleared < number}
    if not todo:
        return found
    changes = {path: _count(path, of, found) for path, _ in footers if path in todo}
    live = landing.live_ids(source, stream) if of.dropped else set()
    written: dict[str, chain.Checked] = {}
    newest, before = memory.newest, ""
    for path, footer in footers:
        gone, anonymised = changes.get(path, (0, 0))
        new = msgspec.structs.replace(footer)
        new.unseen, new.passed_over = _kept(footer.unseen, of), _kept(footer.passed_over, of)
        if footer.sequence and footer.follows:
            new.follows_hash = before
        if gone or anonymised:
            new.erased, new.anonymised = footer.erased + gone, footer.anonymised + anonymised
            new.erased_at = [*footer.erased_at, now]
        if path == footers[-1][0]:
            withheld = len(of.dropped & live)
            new.withheld = footer.withheld + withheld
            new.source_total = None if footer.source_total is None else footer.source_total - withheld
        if new != footer:
            new.content_hash = _write(path, new, of if path in todo else None)
            told = msgspec.json.encode(new).decode()
            written[path.stem] = chain.Checked((0, 0, 0), chain.file_hash(chain.renewed(path)), told, number)
            newest = new.link if newest is not None and newest.batch_id == new.batch_id else newest
        before = new.content_hash
    if written:
        chain.begin_rewriting(folder, chain.Memory(newest, written))
        chain.finish_rewriting(folder)
    _say_cleared(folder, number)
    return found


def _kept(ids: list[str], of: Anonymiser) -> list[str]:
    return [i for i in ids if not of.forgotten.contact(of.source, i)]


def _count(path: Path, of: Anonymiser, found: Erased) -> tuple[int, int]:
    """How many rows of a batch go, and how many stay without the person."""
    gone = changed = 0
    for row, _ in rows(path):
        other = of.row(row)
        gone += other is None
        changed += other is not None and other is not row
    found.rows, found.anonymised = found.rows + gone, found.anonymised + changed
    found.batches += bool(gone or changed)
    return gone, changed


def rows(path: Path) -> Iterator[tuple[LandedRecord, datetime]]:
    """A batch's rows, each with when it was extracted."""
    with pq.ParquetFile(path) as file:
        for some in file.iter_batches(ROWS_AT_ONCE):
            columns = some.to_pydict()
            for n, record_id in enumerate(columns["record_id"]):
                names = ("record", "changed_at", "is_deleted", "merged_into", "rejected_because")
                yield LandedRecord(record_id, *(columns[name][n] for name in names)), columns["extracted_at"][n]


def _write(path: Path, footer: Footer, of: Anonymiser | None) -> str:
    """Write a batch anew beside its place, and return the hash of its rows. Raises OSError."""
    new = chain.renewed(path)
    file, whole = writer(new), chain.ContentHash(COLUMNS)
    waiting: list[dict[str, Any]] = []

    def flush() -> None:
        some = pa.RecordBatch.from_pylist(waiting, schema=COLUMNS)
        whole.update(some)
        file.write_batch(some)
        waiting.clear()

    for row, extracted_at in rows(path):
        other = of.row(row) if of is not None else row
        if other is not None:
            told = {"extracted_at": extracted_at, "batch_id": footer.batch_id}
            waiting.append({name: getattr(other, name, None) for name in COLUMNS.names} | told)
        if len(waiting) >= ROWS_AT_ONCE:
            flush()
    flush()
    footer.content_hash = whole.hexdigest()
    told_of = msgspec.json.encode(footer)
    file.add_key_value_metadata({FOOTER_KEY: told_of, SEAL_KEY: seal(told_of)})
    file.close()
    make_durable(new)
    reach("erasing-written")
    return footer.content_hash


def _say_cleared(folder: Path, number: int) -> None:
    memory = chain.remembered(folder)
    for one in memory.checked.values():
        one.cleared = max(one.cleared, number)
    chain.remember(folder, memory)
