"""One batch: its columns, its footer, and how it is written so that it is there whole or not at all.

A batch is written to a temporary name, made durable, and renamed. Its footer holds the state of its stream.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from crm360.connectors.engine import chain
from crm360.connectors.engine.columns import flags, texts, times
from crm360.connectors.engine.errors import LandingError
from crm360.connectors.engine.failpoints import reach
from crm360.connectors.engine.fields import Change

COLUMNS = pa.schema(
    [
        pa.field("record_id", pa.string()),
        pa.field("record", pa.string()),
        pa.field("changed_at", pa.timestamp("us")),
        pa.field("is_deleted", pa.bool_(), nullable=False),
        pa.field("merged_into", pa.string()),
        pa.field("rejected_because", pa.string()),
        pa.field("extracted_at", pa.timestamp("us"), nullable=False),
        pa.field("batch_id", pa.string(), nullable=False),
    ]
)
FOOTER_KEY, SEAL_KEY, FIELDS_KEY = b"crm360", b"crm360_seal", b"crm360_fields"
ROWS_IN_A_GROUP, CHARACTERS_IN_A_GROUP = 5_000, 32 * 2**20


class Footer(msgspec.Struct, omit_defaults=False):
    """A batch's state, as it stands in the file's key-value metadata under `crm360`, in JSON.

    Times are naive UTC. `received` = `landed` + `duplicate` + `rejected` + `forgotten`, which are records of persons
    who were forgotten, and dropped; `derived` counts tombstones that we inferred (sweeps, merges); `deleted` counts
    all rows that say deleted; `reread` those received of a time before the cursor, which only the lookback showed
    again. `source_count` is the source's own count of the window, `source_total` of all that it has but for
    what is withheld.
    """

    source: str
    stream: str
    batch_id: str
    started_at: datetime
    finished_at: datetime | None = None
    source_time: datetime | None = None
    window_from: datetime | None = None
    window_to: datetime | None = None
    cursor_before: datetime | None = None
    cursor_after: datetime | None = None
    reading: str = "full"  # full | changes | unchanged
    pages: int = 0
    received: int = 0
    landed: int = 0
    duplicate: int = 0
    rejected: int = 0
    derived: int = 0
    deleted: int = 0
    reread: int = 0
    forgotten: int = 0
    source_count: int | None = None
    source_total: int | None = None
    end_proof: str = ""
    complete: bool = False
    resume: Any = None
    state: dict[str, Any] = {}
    unseen: list[str] = []  # the keys show them, the pages did not; if so again tomorrow, everything is read
    passed_over: list[str] = []  # reading everything did not show them either
    withheld: int = 0  # records of forgotten persons that the source goes on to show
    erased: int = 0  # rows that were taken out after landing, because their person was forgotten
    anonymised: int = 0  # rows out of which a forgotten person was taken
    erased_at: list[datetime] = []  # when the batch was written anew for that
    schema_changes: list[Change] = []  # fields that are new, gone, or of another type since the batch before
    removed: int | None = None  # rows but refused ones that were taken out after landing, for whatever reason
    folded: list[dict[str, Any]] = []  # what the batches' footers said that were put into this one (compacting.py)
    spans: int = 1  # and how many places of the chain they had
    sequence: int = 0  # the place among the stream's batches, from 1; 0 in batches before version 0.2
    follows: str = ""  # the batch before this one
    follows_hash: str = ""  # and its content hash
    content_hash: str = ""
    version: int = 2

    @property
    def holds_rows(self) -> bool:
        """Whether anything was landed, refused ones included."""
        return bool(self.landed or self.rejected or self.derived)

    @property
    def link(self) -> chain.Link:
        """Its link of the chain."""
        hashes = self.follows_hash, self.content_hash
        return chain.Link(self.batch_id, self.sequence, self.follows, *hashes, self.spans)

    @property
    def parts(self) -> list[Footer]:
        """The batches that it was put together from, as far as they are remembered; itself where it is one."""
        ours = {"source": self.source, "stream": self.stream}
        return [msgspec.convert(ours | told, Footer) for told in self.folded] or [self]

    @property
    def count_of_removed(self) -> int:
        """Rows but refused ones that were taken out; footers before 0.2.1 only count the forgotten's, all of them."""
        return self.erased if self.removed is None else self.removed


class LandedRecord(msgspec.Struct, frozen=True, gc=False):
    """One row to land. `derived`: a tombstone that no record of the source's stands behind, we inferred it."""

    record_id: str | None
    record: str | None
    changed_at: datetime | None = None
    is_deleted: bool = False
    merged_into: str | None = None
    rejected_because: str | None = None
    derived: bool = False

    @property
    def content(self) -> int:
        """A 64-bit number that is equal for equal content; the same that `Landing.known` computes in SQL."""
        text = f"{self.record or ''}|{str(self.is_deleted).lower()}|{self.merged_into or ''}"
        return content_number(text.encode())


def content_number(text: bytes) -> int:
    """DuckDB's `md5_number_lower` of the same text."""
    return int.from_bytes(hashlib.md5(text, usedforsecurity=False).digest()[8:], "little")


@dataclass
class Batch:
    """One batch being written. Nothing of it is seen by anyone until `commit`."""

    path: Path
    footer: Footer
    waiting: list[tuple[LandedRecord, datetime]] = field(default_factory=list)
    _writer: pq.ParquetWriter | None = None
    _hash: chain.ContentHash = field(default_factory=lambda: chain.ContentHash(COLUMNS))
    _size: int = 0
    rows: int = 0
    fields: bytes = b"{}"  # what is known of the records' fields (fields.py)

    @property
    def temporary(self) -> Path:
        """Where it is written; a name that no `*.parquet` pattern finds."""
        return self.path.with_name(f".{self.path.stem}.tmp")

    def add(self, row: LandedRecord, extracted_at: datetime) -> None:
        """Add one row; groups of rows go to disk as they fill."""
        self.waiting.append((row, extracted_at))
        self._size += len(row.record or "")
        self.footer.deleted += row.is_deleted
        self.rows += 1
        if len(self.waiting) >= ROWS_IN_A_GROUP or self._size > CHARACTERS_IN_A_GROUP:
            self._flush()

    def _flush(self) -> None:
        rows = [row for row, _ in self.waiting]
        arrays = [
            texts([r.record_id for r in rows]),
            texts([r.record for r in rows]),
            times([r.changed_at for r in rows]),
            flags([r.is_deleted for r in rows]),
            texts([r.merged_into for r in rows]),
            texts([r.rejected_because for r in rows]),
            times([at for _, at in self.waiting]),
            texts([self.footer.batch_id] * len(rows)),
        ]
        self.waiting, self._size = [], 0
        batch = pa.RecordBatch.from_arrays(arrays, schema=COLUMNS)
        self._hash.update(batch)
        with _as_landing_error(self.path):
            if self._writer is None:
                for folder in reversed(self.path.parents[:3]):  # root, source, stream: for their owner alone
                    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                self._writer = writer(self.temporary)
            self._writer.write_batch(batch)

    def commit(self) -> Footer:
        """Make the batch durable and visible. Raises LandingError if the disk refuses; then nothing is kept."""
        self._flush()
        self.footer.content_hash = self._hash.hexdigest()
        with _as_landing_error(self.path):
            try:
                assert self._writer is not None
                told = msgspec.json.encode(self.footer)
                keys = {FOOTER_KEY: told, SEAL_KEY: seal(told), FIELDS_KEY: self.fields}
                self._writer.add_key_value_metadata(keys)
                self._writer.close()
                reach("landing-written")
                _sync(self.temporary)
                reach("landing-synced")
                os.replace(self.temporary, self.path)
                reach("landing-renamed")
                _sync(self.path.parent)
            except OSError:
                self.abandon()
                raise
        memory = chain.remembered(self.path.parent)
        memory.newest = self.footer.link
        memory.checked[self.path.stem] = chain.Checked(
            chain.looks(self.path), chain.file_hash(self.path), told.decode()
        )
        chain.remember(self.path.parent, memory)
        return self.footer

    def abandon(self) -> None:
        """Leave nothing behind."""
        if self._writer is not None:
            with contextlib.suppress(OSError, pa.ArrowException):
                self._writer.close()
        self.temporary.unlink(missing_ok=True)


def make_durable(path: Path) -> None:
    """Wait until a file is on the disk. Raises OSError."""
    _sync(path)


def writer(path: Path) -> pq.ParquetWriter:
    """A new file for a batch's rows, for its owner alone."""
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600))
    return pq.ParquetWriter(path, COLUMNS, compression="zstd")


def read_footer(path: Path) -> tuple[Footer, str]:
    """The footer of a committed batch, and its JSON. Raises LandingError where the file is none, or is damaged."""
    with chain.as_damage(path):
        metadata = pq.read_metadata(path).metadata or {}
        told = metadata[FOOTER_KEY]
        footer = msgspec.json.decode(told, type=Footer)
        if footer.sequence and metadata[SEAL_KEY] != seal(told):
            raise ValueError("a footer that is not as it was written")
    folder = path.parent
    if (footer.source, footer.stream, footer.batch_id) != (folder.parent.name, folder.name, path.stem):
        raise chain.damaged(folder, path.stem, "is the file of another one")
    return footer, told.decode()


def read_fields(path: Path) -> bytes | None:
    """What a committed batch says of its stream's fields; None in batches of versions that did not say so."""
    with chain.as_damage(path):
        return (pq.read_metadata(path).metadata or {}).get(FIELDS_KEY)


def seal(footer: bytes) -> bytes:
    """A hash over a footer's JSON: the content hash does not cover it."""
    return hashlib.blake2b(footer, digest_size=16).hexdigest().encode()


@contextlib.contextmanager
def _as_landing_error(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        where = f"{path.parent.parent.name}/{path.parent.name}"
        raise LandingError(
            f"the batch can't be written ({error.strerror or 'input/output error'})", where=where
        ) from error


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
