"""The ledger's head: one small file that names every file of every book, with its hash.

A book that lost its last file looks whole by itself, so the head says which one is the last; and what was published
says which head stood then. A file that is missing, or is another one, is an error that ends the run: ids that were ever
given out can't be made anew. A head that lacks is made of the books, where they hold all that was published with.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from crm360 import durable
from crm360.connectors.engine.errors import Crm360Error
from crm360.connectors.engine.failpoints import reach
from crm360.orchestration.catalog import sealed

NAME = "head.json"
JOURNAL = ".rewriting"  # a book is being written anew: these files take their places, all of them, and those go


class LedgerError(Crm360Error):
    """The ledger is damaged, incomplete, or of a newer version of crm360."""

    exit_code = 6
    who = "whoever keeps the backups: restore data/ledger, or upgrade crm360"


class File(msgspec.Struct, frozen=True):
    """One file of a book."""

    name: str
    sha256: str


class Head(msgspec.Struct, frozen=True):
    """The ledger as it stands: every file, by book."""

    books: dict[str, list[File]]


class Rewriting(msgspec.Struct, frozen=True):
    """Files that are being written anew, and those that go then, by their names."""

    renewed: list[str]
    gone: list[str]


def book_of(path: Path) -> str:
    """The book that a file belongs to: all of its name but the number."""
    return path.stem.rpartition("-")[0]


def version_of(name: str) -> int:
    """The newest version of its book that a file of this name holds; nought for any other name."""
    number = name.removesuffix(".parquet").rpartition("-")[2]
    return int(number) if number.isascii() and number.isdigit() else 0


def write(ledger: Path) -> Head:
    """Write the head over the files that stand there. What the head knows already is not read again."""
    finish(ledger)
    known = {f.name: f for files in (read(ledger) or Head({})).books.values() for f in files}
    books: dict[str, list[File]] = {}
    for path in sorted(ledger.glob("*-*.parquet")):
        told = known.get(path.name) or File(path.name, durable.digest(path))
        books.setdefault(book_of(path), []).append(told)
    head = Head(books)
    if head.books:
        sealed.write(ledger / NAME, head)
    return head


def read(ledger: Path) -> Head | None:
    """The head; None where there is none. Raises LedgerError where it is not as it was written."""
    head = sealed.read(ledger / NAME, Head)
    if head is None and (ledger / NAME).exists():
        raise LedgerError(
            "head.json is not as it was written: restore it from a backup, or, if no file of the ledger was touched, "
            "remove it, and the next run makes it anew from the books and what is published",
            where="ledger",
        )
    return head


def require_all(ledger: Path, book: str, there: Collection[str]) -> None:
    """Raise LedgerError where a file of a book that the head names is not there. Reads the head alone."""
    head = read(ledger)
    for file in head.books.get(book, []) if head is not None else ():
        if file.name not in there:
            raise LedgerError(f"{file.name} is missing", where="ledger")


def require_whole(ledger: Path, published: Mapping[str, Any] | None) -> None:
    """Raise LedgerError where a file is missing or is not as it was written, by the head and by what was published.

    `published` is the newest version of each book when what readers see was published, None of older versions.
    """
    finish(ledger)
    head = read(ledger)
    for file in (f for files in (head.books.values() if head is not None else ()) for f in files):
        require_file(ledger, file)
    for book, count in (published or {}).items():
        there = max((version_of(path.name) for path in ledger.glob(f"{book}-*.parquet")), default=0)
        if there < count:
            raise LedgerError(
                f"book {book} ends with version {there} and ended with {count} when what is published was made",
                where="ledger",
            )
    if head is None or len(list(ledger.glob("*-*.parquet"))) > sum(map(len, head.books.values())):
        write(ledger)  # the first one, or the last run was killed before it could


def require_file(ledger: Path, file: File) -> None:
    """Raise LedgerError where this file is missing or another one."""
    path = ledger / file.name
    try:
        if durable.digest(path) != file.sha256:
            raise LedgerError(f"{file.name} is not as it was written", where="ledger")
    except FileNotFoundError as error:
        raise LedgerError(f"{file.name} is missing", where="ledger") from error
    except OSError as error:
        raise LedgerError(f"{file.name} can't be read", where="ledger") from error


def counts(ledger: Path) -> dict[str, int]:
    """The newest version of each book, for the manifest of what is published."""
    head = read(ledger)
    return {book: version_of(files[-1].name) for book, files in head.books.items()} if head is not None else {}


def renewed(path: Path) -> Path:
    """Where a file is written anew before it takes its place."""
    return path.with_name(f".{path.stem}.new")


def begin(ledger: Path, renewed_files: Iterable[Path], gone: Iterable[Path] = ()) -> None:
    """Say which files stand written anew and which ones go, and put them in place."""
    told = Rewriting([p.name for p in renewed_files], [p.name for p in gone])
    sealed.write(ledger / JOURNAL, told, durable=True)
    reach("ledger-journaled")
    finish(ledger)


def finish(ledger: Path) -> None:
    """Put in place what was written anew, where a kill came in between."""
    if not (ledger / JOURNAL).exists():
        return
    told = sealed.read(ledger / JOURNAL, Rewriting)
    if told is None:  # written when files could not go yet
        told = Rewriting(sealed.read(ledger / JOURNAL, list[str]) or [], [])
    for name in told.renewed:
        with contextlib.suppress(FileNotFoundError):
            os.replace(renewed(ledger / name), ledger / name)
        reach("ledger-replaced")
    for name in told.gone:
        (ledger / name).unlink(missing_ok=True)
        reach("ledger-removed")
    known = sealed.read(ledger / NAME, Head) or Head({})
    changed = {*told.renewed, *told.gone}
    left = {book: [f for f in files if f.name not in changed] for book, files in known.books.items()}
    sealed.write(ledger / NAME, Head(left))
    (ledger / JOURNAL).unlink(missing_ok=True)
    write(ledger)
