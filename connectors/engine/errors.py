"""The error tree. An error says what happened, where, and who must act; nothing else reaches a user.

    Crm360Error
    ├── ConfigError            crm360.toml or the environment is wrong: whoever set it up
    ├── LandingError           the disk refused: whoever runs the machine
    ├── BusyError              another run is working: nobody, try again later
    └── SourceError            one stream of one source failed; the others go on
        ├── AuthError          the credentials are refused: whoever owns them
        ├── AccessDenied       the credentials lack a permission: the source's administrator
        ├── Unreachable        no complete answer in time: usually nobody, the next run catches up
        ├── RateLimited        the source asked to wait longer than we may: nobody, the next run goes on
        ├── BadResponse        an answer that is not what the API promises: the connector's maintainer, who is whoever
        │                      set up crm360.toml where that describes the stream
        ├── RedirectRefused    the source pointed to another place: check `base_url`
        ├── LoopDetected       the pages do not end: the vendor, or the connector's maintainer
        ├── SweepTooLarge      too many records vanished at once: a person must look before they are deleted
        ├── TooManyRejected    more of a stream can't be landed than its limit permits: whoever delivers it
        ├── SchemaChanged      records have a field that is new, and on_new_field says stop: whoever set that up
        ├── TargetLacks        a target has no such list or field, or may not be written to: whoever set up the push
        ├── FileProblem        a file is missing or lacks a mapped column: whoever delivers it
        ├── TooLong            more pages, or more time, than one run may take for a stream: nobody, or raise the limit
        └── Unexpected         anything else that went wrong in one stream; the log has the traceback

No message ever holds a secret, a URL's query, or a value out of a record.
"""

from __future__ import annotations

import errno
import logging
import os
import sqlite3
import traceback
from collections.abc import Iterator

import duckdb

SET_UP = "whoever set up crm360.toml"
log = logging.getLogger("crm360")


class Crm360Error(Exception):
    """Base of every expected failure. `exit_code` is what the command line ends with."""

    exit_code = 1
    who = "the engineer who runs crm360"
    is_told = False  # a program has been told of it already, as JSON

    def __init__(self, what: str, *, where: str = "", who: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        if who is not None:
            self.who = who

    def __str__(self) -> str:
        """One sentence: where, what, who must act."""
        place = f"{self.where}: " if self.where else ""
        return f"{place}{self.what} (to act: {self.who})"


class ConfigError(Crm360Error):
    """crm360.toml, a command's argument or an environment variable is wrong."""

    exit_code = 2
    who = "whoever set up crm360.toml and the environment"

    def __init__(self, what: str, *, where: str = "", who: str | None = None, path: tuple[str | int, ...] = ()) -> None:
        """`path` is the key in crm360.toml that is wrong; whoever reads that file says on which line it stands."""
        super().__init__(what, where=where, who=who)
        self.path = path


class LandingError(Crm360Error):
    """A batch could not be written or read back."""

    exit_code = 4
    who = "whoever runs this machine"


class BusyError(Crm360Error):
    """Another run holds the data folder."""

    exit_code = 5
    who = "nobody, try again when it has ended"


class SourceError(Crm360Error):
    """One stream failed. What it landed before stays; its cursor has not moved."""

    exit_code = 3
    who = "nobody, the next run tries again"


class AuthError(SourceError):
    """The source refuses the credentials (HTTP 401, or a login page in place of an answer)."""

    who = "whoever owns the credentials"


class AccessDenied(SourceError):
    """The credentials are known but may not read this (HTTP 403)."""

    who = "the administrator of the source"


class Unreachable(SourceError):
    """No complete answer within the deadline, after every permitted try."""


class RateLimited(SourceError):
    """The source asks us to wait longer than the longest wait that is configured."""

    who = "nobody, the next run goes on from here"


class BadResponse(SourceError):
    """An answer arrived whole, but it is not what the API promises."""

    who = "the maintainer of the connector"


class RedirectRefused(SourceError):
    """The source sent us to another place. Credentials never follow."""

    who = "whoever set base_url in crm360.toml"


class LoopDetected(SourceError):
    """The pages repeat, or never end."""

    who = "the maintainer of the connector"


class SweepTooLarge(SourceError):
    """More records vanished between two nights than the configured share."""

    who = "someone who knows the source: raise max_shrink for one run if the loss is real"


class TooManyRejected(SourceError):
    """So many records could not be landed that the stream can't be relied on. What could be, has been."""

    who = "whoever delivers the stream, or set it up in crm360.toml"


class SchemaChanged(SourceError):
    """Records have a field that was not there before, and the source is set to stop at that."""

    who = "whoever set on_new_field in crm360.toml"


class TooLong(SourceError):
    """The stream took more pages, or more time, than it may in one run."""

    who = "nobody, or raise max_pages or stream_deadline of the source if it has so much"


class Unexpected(SourceError):
    """An error that nobody thought of. It ends its stream, not the run."""

    who = "the maintainer of the connector; the log has the traceback"


class TargetLacks(SourceError):
    """What a push writes to is not there, or can't be written: a list that was deleted, a field that is read only."""

    who = "whoever set up the push in crm360.toml, or keeps the list at the target"


class FileProblem(SourceError):
    """A file is missing, unreadable, or lacks a column that the mapping names."""

    who = "whoever delivers the file"


def unexpected(error: Exception, where: str) -> Crm360Error:
    """What any error of one stream comes to; the places it came by go to the log.

    Neither holds the error's own message: drivers and decoders quote values in theirs.
    """
    log.error("%s: %s", where, _places(error))
    kind = type(error).__name__
    if isinstance(error, MemoryError):
        return Unexpected("the memory of this machine did not suffice", where=where, who=LandingError.who)
    if isinstance(error, OSError):
        told = error.strerror if error.errno is not None and error.strerror else kind
        return Unexpected(f"this machine refused ({told})", where=where, who=LandingError.who)
    return Unexpected(f"it ended in an unexpected {kind}", where=where)


REFUSALS = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS}
# SQLite's own words, which hold no value: https://www.sqlite.org/rescode.html
OF_SQLITE = ("database or disk is full", "disk I/O error", "attempt to write a readonly database", "database is locked")


def of_the_disk(error: BaseException) -> LandingError | None:
    """What a disk that is full or fails comes to, whoever met it and in whatever it was wrapped; None for others."""
    for one in _came_of(error):
        if isinstance(one, OSError) and one.errno in REFUSALS:
            return LandingError(f"the disk refused ({one.strerror})", where="data")
        if isinstance(one, sqlite3.Error):
            said = [words for words in OF_SQLITE if words in str(one)]
            if said:
                return LandingError(f"the disk refused ({said[0]})", where="data")
        if isinstance(one, duckdb.Error) and (found := disk_in(str(one))) is not None:
            return found
    return None


def disk_in(said: str) -> LandingError | None:
    """What a message of DuckDB or dbt comes to where it repeats the system's words for a disk that refuses."""
    words = [told for told in map(os.strerror, sorted(REFUSALS)) if told in said]
    return LandingError(f"the disk refused ({words[0]})", where="data") if words else None


def _came_of(error: BaseException) -> Iterator[BaseException]:
    """An error, and those that it came of."""
    seen, one = set[int](), error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        yield one
        one = one.__cause__ or one.__context__  # type: ignore[assignment]


def _places(error: BaseException) -> str:
    """An error's traceback, and those of the errors that it came of, by kind."""
    told = [
        f"{type(one).__name__}, raised at\n{''.join(traceback.format_tb(one.__traceback__))}" for one in _came_of(error)
    ]
    return "which came of ".join(told)
