"""Files put in their place in one step, or by one process at a time, made to outlast a power cut; and a file's hash."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def write(path: Path, content: bytes, *, mode: int = 0o600, durable: bool = False) -> None:
    """Write a file beside its place and put it there in one step. Raises OSError; then the file is as it was.

    `durable`: when this returns, the new content outlasts a power cut.
    """
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        temporary.unlink(missing_ok=True)
        handle = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        place(temporary, path, durable=durable)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def place(temporary: Path, path: Path, *, durable: bool = True) -> None:
    """Put a file that has been written into its place in one step. Raises OSError."""
    if durable:
        sync(temporary)
    os.replace(temporary, path)
    if durable:
        sync(path.parent)


@contextmanager
def alone(folder: Path, name: str) -> Iterator[None]:
    """Wait until no other process holds the lock file of this name in a folder, and hold it. Raises OSError.

    The lock is the operating system's: it ends with the process.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(folder / name, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def copy(source: Path, path: Path, *, mode: int = 0o600) -> tuple[int, str]:
    """Copy a file's content to where no file is, durably but for its name. Returns its bytes and SHA-256.

    The hash is of what was read for the copy. Raises OSError; then nothing is left at `path`.
    """
    told, size = hashlib.sha256(), 0
    handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode)
    try:
        with source.open("rb") as read, os.fdopen(handle, "wb") as written:
            while piece := read.read(1 << 20):
                told.update(piece)
                size += len(piece)
                written.write(piece)
            written.flush()
            os.fsync(written.fileno())
    except OSError:
        path.unlink(missing_ok=True)
        raise
    return size, told.hexdigest()


def digest(path: Path) -> str:
    """The SHA-256 of a file's bytes, as hexadecimal text. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync(path: Path) -> None:
    """Make a file's content, or the names in a folder, durable. Raises OSError."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
