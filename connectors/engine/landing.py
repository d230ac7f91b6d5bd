"""LAND: batches. One sync of one stream is one Parquet file, and the file is the commit.

A batch is written to a temporary name, made durable, and renamed. Its footer holds the state, so the next
cursor is read from the newest batch and can't disagree with the data. What has no footer is no batch.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from crm360.connectors.engine.columns import flags, texts, times
from crm360.connectors.engine.errors import ConfigError, LandingError
from crm360.connectors.engine.failpoints import reach

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
FOOTER_KEY = b"crm360"
NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
ROWS_IN_A_GROUP = 5_000


class Footer(msgspec.Struct, omit_defaults=False):
    """A batch's state, as it stands in the file's key-value metadata under `crm360`, in JSON.

    Times are naive UTC. `received` = `landed` + `duplicate` + `rejected`; `derived` counts tombstones that
    we inferred (sweeps, merges); `deleted` counts all rows that say deleted; `reread` those received of a time
    before the cursor, which only the lookback showed again. `source_count` is the source's own count of the window,
    `source_total` of all that it has.
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
    source_count: int | None = None
    source_total: int | None = None
    end_proof: str = ""
    complete: bool = False
    resume: Any = None
    state: dict[str, Any] = {}
    unseen: list[str] = []  # the keys show them, the pages did not; if so again tomorrow, everything is read
    passed_over: list[str] = []  # reading everything did not show them either
    content_hash: str = ""
    version: int = 1


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


def checked_name(kind: str, name: str) -> str:
    """The name, if it may be part of a path and a table's name. Raises ConfigError otherwise."""
    if not NAME.fullmatch(name) or name in ("con", "prn", "aux", "nul"):
        raise ConfigError(f"a {kind}'s name is lower-case letters, digits and underscores, not {name[:40]!r}")
    return name


@dataclass
class Batch:
    """One batch being written. Nothing of it is seen by anyone until `commit`."""

    path: Path
    footer: Footer
    _waiting: list[tuple[LandedRecord, datetime]] = field(default_factory=list)
    _writer: pq.ParquetWriter | None = None
    _hash: Any = field(default_factory=lambda: hashlib.blake2b(digest_size=16))
    rows: int = 0

    @property
    def temporary(self) -> Path:
        """Where it is written; a name that no `*.parquet` pattern finds."""
        return self.path.with_name(f".{self.path.stem}.tmp")

    def add(self, row: LandedRecord, extracted_at: datetime) -> None:
        """Add one row; groups of rows go to disk as they fill."""
        self._waiting.append((row, extracted_at))
        self.footer.deleted += row.is_deleted
        self.rows += 1
        if len(self._waiting) >= ROWS_IN_A_GROUP:
            self._flush()

    def _flush(self) -> None:
        rows = [row for row, _ in self._waiting]
        ids, records = [r.record_id for r in rows], [r.record for r in rows]
        for column in (ids, records):
            self._hash.update("\0".join(text or "" for text in column).encode())
        arrays = [
            texts(ids),
            texts(records),
            times([r.changed_at for r in rows]),
            flags([r.is_deleted for r in rows]),
            texts([r.merged_into for r in rows]),
            texts([r.rejected_because for r in rows]),
            times([at for _, at in self._waiting]),
            texts([self.footer.batch_id] * len(rows)),
        ]
        self._waiting = []
        batch = pa.RecordBatch.from_arrays(arrays, schema=COLUMNS)
        with _as_landing_error(self.path):
            if self._writer is None:
                for folder in reversed(self.path.parents[:3]):  # root, source, stream: for their owner alone
                    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                handle = os.open(self.temporary, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
                os.close(handle)
                self._writer = pq.ParquetWriter(self.temporary, COLUMNS, compression="zstd")
            self._writer.write_batch(batch)

    def commit(self) -> Footer:
        """Make the batch durable and visible. Raises LandingError if the disk refuses; then nothing is kept."""
        self._flush()
        self.footer.content_hash = self._hash.hexdigest()
        with _as_landing_error(self.path):
            try:
                assert self._writer is not None
                self._writer.add_key_value_metadata({FOOTER_KEY: msgspec.json.encode(self.footer)})
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
        return self.footer

    def abandon(self) -> None:
        """Leave nothing behind."""
        if self._writer is not None:
            with contextlib.suppress(OSError, pa.ArrowException):
                self._writer.close()
        self.temporary.unlink(missing_ok=True)


class Known(NamedTuple):
    """What has been landed of a record: its content's number, and since when it is deleted (None = it is not)."""

    content: int
    deleted_at: datetime | None


@dataclass(frozen=True)
class Landing:
    """The landing folder: what has been committed, and where the next batch goes."""

    root: Path

    @cached_property
    def _database(self) -> duckdb.DuckDBPyConnection:
        """For questions about what has been landed. To open one takes longer than to answer most of them."""
        return duckdb.connect(config={"threads": 2, "enable_external_file_cache": False})

    def folder(self, source: str, stream: str) -> Path:
        """The folder of one stream."""
        return self.root / checked_name("source", source) / checked_name("stream", stream)

    def footers(self, source: str, stream: str) -> list[tuple[Path, Footer]]:
        """All committed batches, oldest first. What can't be read as a batch is none: no footer, no commit."""
        found = []
        for path in sorted(self.folder(source, stream).glob("*.parquet")):
            footer = read_footer(path)
            if footer is not None:
                found.append((path, footer))
        return found

    def newest(self, source: str, stream: str) -> Footer | None:
        """The newest batch's footer, or None before the first sync."""
        for path in sorted(self.folder(source, stream).glob("*.parquet"), reverse=True):
            footer = read_footer(path)
            if footer is not None:
                return footer
        return None

    def start(self, source: str, stream: str, now: datetime) -> Batch:
        """A new batch, named so that it sorts after every batch there is, whatever the clock says."""
        folder = self.folder(source, stream)
        for left in folder.glob(".*.tmp"):
            left.unlink(missing_ok=True)  # of a run that was killed; only one run writes at a time
        newest = max((p.stem for p in folder.glob("*.parquet")), default="")
        batch_id = now.strftime("%Y%m%dT%H%M%S%fZ")
        if batch_id <= newest:
            stem, _, number = newest.partition("-")
            batch_id = f"{stem}-{int(number or 0) + 1:06d}"
        return Batch(folder / f"{batch_id}.parquet", Footer(source, stream, batch_id, started_at=now))

    def _newest_versions(self, files: list[str]) -> str:
        return f"""
            select record_id, record, changed_at, is_deleted, merged_into, extracted_at from {_files(files)}
            where rejected_because is null and record_id is not null
            qualify row_number() over (
                partition by record_id order by changed_at desc nulls last, extracted_at desc, batch_id desc
            ) = 1"""

    def _query(self, source: str, stream: str, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Rows of a query over {newest}, each record's newest version, and {refused}, the ids that were refused."""
        footers = self.footers(source, stream)
        if not footers:
            return []
        bad = [str(p) for p, f in footers if f.rejected]
        refused = "select null::varchar as record_id, null::timestamp as extracted_at where false"
        if bad:
            refused = f"select record_id, extracted_at from {_files(bad)} where rejected_because is not null"
        newest = self._newest_versions([str(p) for p, _ in footers])
        with self._database.cursor() as con:
            return con.execute(sql.format(newest=newest, refused=refused), parameters).fetchall()

    def known(self, source: str, stream: str, since: datetime | None) -> dict[str, Known]:
        """The newest landed version by record id, of what a read from `since` may show again.

        A record of which a later version was refused is absent: when it comes back as it was, that is news.
        """
        refused = "select max(extracted_at) from ({refused}) as bad where bad.record_id = good.record_id"
        rows = self._query(
            source,
            stream,
            f"""select record_id, md5_number_lower(
                   coalesce(record, '') || '|' || is_deleted::varchar || '|' || coalesce(merged_into, '')),
                   case when is_deleted then changed_at end
               from ({{newest}}) as good
               where (?::timestamp is null or changed_at >= ? or changed_at is null or is_deleted)
                   and coalesce(extracted_at >= ({refused}), true)""",
            since,
            since,
        )
        return {record_id: Known(content, gone) for record_id, content, gone in rows}

    def live_ids(self, source: str, stream: str) -> set[str]:
        """Ids of the records that, by what has been landed, are not deleted."""
        return {r[0] for r in self._query(source, stream, "select record_id from ({newest}) where not is_deleted")}

    def live_records(self, source: str, stream: str) -> Iterator[tuple[str, Any]]:
        """(id, decoded record) of every record that is not deleted, by id."""
        sql = "select record_id, record from ({newest}) where not is_deleted order by 1"
        for record_id, record in self._query(source, stream, sql):
            yield record_id, msgspec.json.decode(record)


def _files(paths: list[str]) -> str:
    listed = ", ".join("'" + path.replace("'", "''") + "'" for path in paths)
    return f"read_parquet([{listed}])"


def read_footer(path: Path) -> Footer | None:
    """The footer of a committed batch, or None if the file is not one."""
    try:
        metadata = pq.read_metadata(path).metadata or {}
        return msgspec.json.decode(metadata[FOOTER_KEY], type=Footer)
    except (KeyError, OSError, pa.ArrowException, msgspec.MsgspecError):
        return None


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
