"""What was pushed to whom: the ledger's book `audience_syncs`, and the journal that a push writes while it sends.

    data/push/<push>.journal                  lines of JSON: each batch before it leaves, and what became of it
    data/ledger/audience_syncs-<n>.parquet    the same once the push has ended, or the next one finds the journal

A batch stands in the journal, durably, before it is sent, so that after a kill it is known which members may be at the
target by our doing. No address is written: a member is known by a keyed hash of it, and by the customer id.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Literal

import duckdb
import msgspec
import pyarrow as pa

from crm360 import durable
from crm360.connectors.engine.errors import LandingError
from crm360.orchestration.catalog import ledger
from crm360.orchestration.settings.config import Config

FOLDER = "push"
Action = Literal["add", "remove"]
Result = Literal["accepted", "already there", "refused", "not sent", "pending"]


class Row(msgspec.Struct, frozen=True):
    """One member of one push as it stood at a moment (naive UTC).

    `is_member`: crm360 put them in, and they have not been taken out since. `fingerprint` is a keyed hash of the fields
    that were sent. `turn` counts what was accepted of the member. 'pending' was sent, and no answer is known of it.
    """

    push: str
    audience: str
    target: str
    mode: str
    member_key: str
    customer_id: str
    action: Action
    outcome: Result
    refusal: str | None
    is_member: bool
    record_id: str
    fingerprint: str
    turn: int
    synced_at: datetime
    run_id: str


def held(config: Config, push: str) -> dict[str, Row]:
    """The newest row of each member of a push, by key. Raises LedgerError."""
    book = ledger.AUDIENCE_SYNCS
    columns = ", ".join(book.columns)
    rows = duckdb.execute(
        f"select {columns} from ({ledger.ledger_view(config.ledger, book)}) where push = $1 "
        "qualify row_number() over (partition by member_key order by version desc, synced_at desc) = 1",
        [push],
    ).fetchall()
    return {row.member_key: row for row in (Row(*values) for values in rows)}


class Journal:
    """Where a push writes while it sends; `close` turns it into rows of the ledger."""

    def __init__(self, config: Config, push: str) -> None:
        self._path = _path(config, push)
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._handle = os.open(self._path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
        durable.sync(self._path.parent)
        self._lock = threading.Lock()

    def write(self, rows: Iterable[Row]) -> None:
        """Append these durably. Raises LandingError if the disk refuses."""
        lines = b"".join(msgspec.json.encode(row) + b"\n" for row in rows)
        try:
            with self._lock:
                while lines:
                    lines = lines[os.write(self._handle, lines) :]
                os.fsync(self._handle)
        except OSError as error:
            raise LandingError(f"the journal can't be written ({error.strerror})", where="data/push") from error

    def close(self) -> None:
        """Write no more."""
        os.close(self._handle)


@contextmanager
def journal(config: Config, push: str) -> Iterator[Journal]:
    """The journal of one push; when it ends, however it ends, its rows are in the ledger."""
    opened = Journal(config, push)
    try:
        yield opened
    finally:
        opened.close()
        settle(config)


def settle(config: Config) -> None:
    """Bring what journals hold into the ledger: after a push, and what a kill has left of one. Raises LedgerError."""
    for path in sorted((config.data / FOLDER).glob("*.journal")):
        newest: dict[str, Row] = {}
        for line in path.read_bytes().splitlines():
            try:
                row = msgspec.json.decode(line, type=Row)
            except msgspec.MsgspecError:
                continue  # a line that a kill cut short: what it was about had not left yet, or stands before it
            newest[row.member_key] = row
        if newest:
            table = pa.Table.from_pylist([msgspec.structs.asdict(row) for row in newest.values()], schema=SCHEMA)
            ledger.add(config.ledger, ledger.AUDIENCE_SYNCS, table, next(iter(newest.values())).run_id)
        path.unlink()
        durable.sync(path.parent)


KINDS = {"varchar": pa.string(), "boolean": pa.bool_(), "bigint": pa.int64(), "timestamp": pa.timestamp("us")}
SCHEMA = pa.schema([(name, KINDS[kind]) for name, kind in ledger.AUDIENCE_SYNCS.columns.items()])


def _path(config: Config, push: str) -> Path:
    return config.data / FOLDER / f"{push}.journal"
