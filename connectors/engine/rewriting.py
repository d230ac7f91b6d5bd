"""Landed batches written anew, with the chain whole, in one step that a kill can't halve: how `erasing.py` takes the
forgotten out, and how `compacting.py` puts many small batches into one and takes out what is not kept any longer.

New files are made beside the old ones, then a journal names them and those that go, then they take their places:
whoever reads the stream next finishes what was begun (chain.finish_rewriting). The batch that follows a changed one
names its content hash, so that one's footer is written anew, too; no other is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from crm360.connectors.engine import chain
from crm360.connectors.engine.batch import (
    COLUMNS,
    FIELDS_KEY,
    FOOTER_KEY,
    SEAL_KEY,
    Footer,
    LandedRecord,
    make_durable,
    read_fields,
    seal,
    writer,
)
from crm360.connectors.engine.failpoints import reach

ROWS_AT_ONCE = 5_000
Row = tuple[LandedRecord, datetime, str]  # a landed row, when it was extracted, and the batch that it came in
Keep = Callable[[LandedRecord, datetime, str], LandedRecord | None]  # the row as it stays, or None


@dataclass
class Piece:
    """One batch of the chain as it shall be: the files whose rows it has, oldest first, and its footer.

    It stands in the last one's place, the others go. `keep` says what stays of a row; without it all does.
    """

    paths: list[Path]
    footer: Footer
    keep: Keep | None = None
    is_changed: bool = False

    @property
    def place(self) -> Path:
        """The file that it is."""
        return self.paths[-1]


def rewrite(folder: Path, pieces: Iterable[Piece], cleared: int = 0) -> bool:
    """Make a stream's batches what the pieces say, which are all of them in their order. True if any was written.

    `cleared`: up to which request the forgotten have been looked for in what is written. Raises OSError.
    """
    for left in folder.glob(".*.new"):
        left.unlink(missing_ok=True)  # of one that was killed before it had begun
    memory = chain.remembered(folder)
    newest, before, gone = memory.newest, "", list[str]()
    written: dict[str, chain.Checked] = {}
    for piece in pieces:
        footer = piece.footer
        if footer.sequence and footer.follows and footer.follows_hash != before:
            footer.follows_hash, piece.is_changed = before, True
        if piece.is_changed or len(piece.paths) > 1:
            footer.content_hash = _write(piece)
            told = msgspec.json.encode(footer).decode()
            was = [memory.checked[p.stem].cleared for p in piece.paths if p.stem in memory.checked]
            number = max(cleared, min(was, default=0))
            written[piece.place.stem] = chain.Checked(
                (0, 0, 0), chain.file_hash(chain.renewed(piece.place)), told, number
            )
            gone += [p.stem for p in piece.paths[:-1]]
            newest = footer.link if newest is not None and newest.batch_id == footer.batch_id else newest
        before = footer.content_hash
    if written:
        chain.begin_rewriting(folder, chain.Memory(newest, written, gone))
        chain.finish_rewriting(folder)
    return bool(written)


def read_rows(path: Path) -> Iterator[Row]:
    """A batch's rows, each with when it was extracted and in which batch it came."""
    names = ("record", "changed_at", "is_deleted", "merged_into", "rejected_because")
    with pq.ParquetFile(path) as file:
        for some in file.iter_batches(ROWS_AT_ONCE):
            columns = some.to_pydict()
            for n, record_id in enumerate(columns["record_id"]):
                row = LandedRecord(record_id, *(columns[name][n] for name in names))
                yield row, columns["extracted_at"][n], columns["batch_id"][n]


def _write(piece: Piece) -> str:
    """Write a batch anew beside its place, and return the hash of its rows. Raises OSError."""
    new = chain.renewed(piece.place)
    file, whole = writer(new), chain.ContentHash(COLUMNS)
    waiting: list[dict[str, Any]] = []

    def flush() -> None:
        some = pa.RecordBatch.from_pylist(waiting, schema=COLUMNS)
        whole.update(some)
        file.write_batch(some)
        waiting.clear()

    for path in piece.paths:
        for row, extracted_at, batch_id in read_rows(path):
            other = piece.keep(row, extracted_at, batch_id) if piece.keep is not None else row
            if other is not None:
                told = {"extracted_at": extracted_at, "batch_id": batch_id}
                waiting.append({name: getattr(other, name, None) for name in COLUMNS.names} | told)
            if len(waiting) >= ROWS_AT_ONCE:
                flush()
    flush()
    piece.footer.content_hash = whole.hexdigest()
    told_of = msgspec.json.encode(piece.footer)
    keys = {FOOTER_KEY: told_of, SEAL_KEY: seal(told_of)}
    fields = read_fields(piece.place)
    file.add_key_value_metadata(keys if fields is None else keys | {FIELDS_KEY: fields})
    file.close()
    make_durable(new)
    reach("erasing-written")
    return piece.footer.content_hash
