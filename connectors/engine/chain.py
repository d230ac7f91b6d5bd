"""What shows that nothing landed was lost or changed: a stream's batches form a chain.

Each batch's footer holds its place in the order (`sequence`), the batch that it follows, that one's content hash, and
its own. A file beside the batches, `.chain`, remembers the newest of them, and of each file a hash over all its bytes
and how it looked when that was compared: what has not been touched since is not read again. `.chain` is derived: lost
or damaged, it is made anew from the batches, whose rows are then compared with what their footers say. A file's hash
does not stand in the next one's footer: whoever has to take a person out of a batch would have to write all that
follow. Batches of versions before 0.2 know no sequence; they come first, in the order of their names.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from crm360.connectors.engine.errors import LandingError
from crm360.connectors.engine.failpoints import reach

MEMORY = ".chain"
REWRITING = ".rewriting"  # which files are about to be replaced by new ones beside them: all of them, or none
ROWS_AT_ONCE = 5_000  # and the rows over which batches before 0.2 were hashed
_Looks = tuple[int, int, int]  # a file's size, and when its content and its entry were changed, in nanoseconds


class Link(msgspec.Struct, frozen=True):
    """A batch as the chain sees it: what its footer says of it."""

    batch_id: str
    sequence: int
    follows: str
    follows_hash: str
    content_hash: str
    spans: int = 1  # how many places of the chain it has: those of the batches that were put into it


class Checked(msgspec.Struct):
    """A file that was found whole when it looked like this, a hash over its bytes, and its footer's JSON."""

    looks: _Looks
    file_hash: str
    footer: str
    cleared: int = 0  # up to which request the forgotten were looked for in it: restored from a backup, it is so anew


class Memory(msgspec.Struct):
    """What `.chain` holds: the newest batch's link, and all that was checked, by the file's stem."""

    newest: Link | None = None
    checked: dict[str, Checked] = {}
    gone: list[str] = []  # of what is being written anew: the files whose rows are in others then


class ContentHash:
    """A hash over rows, column by column, whatever groups they come in."""

    def __init__(self, schema: pa.Schema) -> None:
        self._parts = [hashlib.blake2b(digest_size=16) for _ in range(2 * len(schema))]

    def update(self, rows: pa.RecordBatch) -> None:
        """Add rows. Nulls differ from empty values."""
        for number, column in enumerate(rows.columns):
            facts, values = _bytes_of(column)
            self._parts[2 * number].update(facts)
            self._parts[2 * number + 1].update(values)

    def hexdigest(self) -> str:
        """The hash of all that was added, with the way it is made: '2:…'."""
        return "2:" + hashlib.blake2b(b"".join(p.digest() for p in self._parts), digest_size=16).hexdigest()


def _bytes_of(column: pa.Array) -> tuple[Any, Any]:
    """Which values of a column are there and how long they are, and the values themselves.

    Out of the buffers: whatever makes numpy arrays of Arrow's loads pandas first, 60 MB of it.
    """
    validity, data, *rest = column.buffers()
    here = slice(column.offset, column.offset + len(column))
    is_null = np.zeros(len(column), np.bool_) if not column.null_count else ~_bits(validity)[here]
    if pa.types.is_string(column.type):
        ends = np.frombuffer(data, np.int32)[column.offset : here.stop + 1]
        lengths = np.diff(ends)
        lengths[is_null] = -1
        return lengths, memoryview(rest[0])[int(ends[0]) : int(ends[-1])] if rest[0] is not None else b""
    plain = np.frombuffer(data, np.int64)[here] if pa.types.is_timestamp(column.type) else _bits(data)[here]
    return is_null, np.where(is_null, plain.dtype.type(0), plain)


def _bits(buffer: pa.Buffer) -> Any:
    return np.unpackbits(np.frombuffer(buffer, np.uint8), bitorder="little").view(np.bool_)


def content_hash(path: Path, like: str) -> str:
    """The hash of a batch's rows, read anew, made in the way of the one that its footer names."""
    with pq.ParquetFile(path) as file:
        if not like.startswith("2:"):
            return _hash_before_0_2(file)
        whole = ContentHash(file.schema_arrow)
        for rows in file.iter_batches(ROWS_AT_ONCE):
            whole.update(rows)
        return whole.hexdigest()


def _hash_before_0_2(file: pq.ParquetFile) -> str:
    whole = hashlib.blake2b(digest_size=16)
    for rows in file.iter_batches(ROWS_AT_ONCE, columns=["record_id", "record"]):
        for column in rows.columns:
            whole.update("\0".join(text or "" for text in column.to_pylist()).encode())
    return whole.hexdigest()


def file_hash(path: Path) -> str:
    """A hash over all bytes of a file: rows can be as they were, and what an engine goes by to skip some be damaged."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()


def looks(path: Path) -> _Looks:
    """By what a change of a file shows."""
    told = path.stat()
    return told.st_size, told.st_mtime_ns, told.st_ctime_ns


def damaged(folder: Path, batch_id: str, how: str) -> LandingError:
    """The error of a stream whose batches can't be trusted, with what to do."""
    where = f"{folder.parent.name}/{folder.name}"
    return LandingError(
        f"the landed batch {batch_id} {how}: restore landing/{where}/{batch_id}.parquet from a backup, or remove the "
        f"folder landing/{where}, and the next run reads the stream anew from its source",
        where=where,
    )


def in_order(folder: Path, links: Sequence[Link], newest: Link | None) -> list[int]:
    """The places of these links in their order. Raises LandingError where one is missing or is another one.

    `newest` is what was remembered as the last; more may have come since.
    """
    before = sorted((n for n, k in enumerate(links) if not k.sequence), key=lambda n: links[n].batch_id)
    chained = sorted((n for n, k in enumerate(links) if k.sequence), key=lambda n: links[n].sequence)
    order = [*before, *chained]
    previous = links[before[-1]] if before else None
    for number in chained:
        link = links[number]
        expected = previous.sequence + 1 if previous and previous.sequence else len(before) + 1
        if link.sequence - link.spans + 1 != expected or link.follows != (previous.batch_id if previous else ""):
            if previous is not None and link.sequence - link.spans < previous.sequence:
                raise damaged(folder, link.batch_id, "has the place of another one")
            raise damaged(folder, link.follows, "is missing, or one before it is")
        if previous is not None and link.follows_hash != previous.content_hash:
            raise damaged(folder, previous.batch_id, "is another one than was landed")
        previous = link
    if newest is not None and newest not in links:
        raise damaged(folder, newest.batch_id, "is missing")
    return order


def remembered(folder: Path) -> Memory:
    """What `.chain` says; nothing where it is not there, or is not as it was written."""
    try:
        seal, _, content = (folder / MEMORY).read_bytes().partition(b"\n")
        if seal.decode() == _seal(content):
            return msgspec.json.decode(content, type=Memory)
    except (OSError, UnicodeDecodeError, msgspec.MsgspecError):
        pass
    return Memory()


def remember(folder: Path, memory: Memory) -> None:
    """Write `.chain` anew, by rename. A disk that refuses costs only that more is checked the next time."""
    content = msgspec.json.encode(memory)
    temporary = folder / f"{MEMORY}.{os.getpid()}.tmp"
    with contextlib.suppress(OSError):
        handle = os.open(temporary, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(_seal(content).encode() + b"\n" + content)
        os.replace(temporary, folder / MEMORY)


def begin_rewriting(folder: Path, memory: Memory) -> None:
    """Say which batches stand written anew beside their places, and what is to be remembered then. Raises OSError."""
    temporary = folder / f"{REWRITING}.tmp"
    with temporary.open("wb") as file:
        file.write(msgspec.json.encode(memory))
        file.flush()
        os.fsync(file.fileno())
    reach("erasing-journaled")
    os.replace(temporary, folder / REWRITING)
    _sync_folder(folder)
    reach("erasing-begun")


def finish_rewriting(folder: Path) -> None:
    """Put in place what `rewriting.py` wrote anew, where a kill came in between."""
    journal = folder / REWRITING
    try:
        memory = msgspec.json.decode(journal.read_bytes(), type=Memory)
    except FileNotFoundError:
        return
    for stem, one in memory.checked.items():
        path = folder / f"{stem}.parquet"
        with contextlib.suppress(FileNotFoundError):  # it was put in place already
            os.replace(renewed(path), path)
        one.looks = looks(path)
        reach("erasing-replaced")
    _sync_folder(folder)
    for stem in memory.gone:
        (folder / f"{stem}.parquet").unlink(missing_ok=True)
        reach("erasing-removed")
    _sync_folder(folder)
    checked = {k: c for k, c in (remembered(folder).checked | memory.checked).items() if k not in memory.gone}
    remember(folder, Memory(memory.newest, checked))
    reach("erasing-remembered")
    journal.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def renewed(path: Path) -> Path:
    """Where a batch is written anew before it takes its place."""
    return path.with_name(f".{path.stem}.new")


def _seal(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=16).hexdigest()


@contextlib.contextmanager
def as_damage(path: Path) -> Iterator[None]:
    """What can't be read as a batch is a damaged one."""
    try:
        yield
    except (OSError, pa.ArrowException, msgspec.MsgspecError, KeyError, ValueError) as error:
        raise damaged(path.parent, path.stem, "can't be read") from error
