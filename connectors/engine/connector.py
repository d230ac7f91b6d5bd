"""What a system is to the engine: a `Connector` of streams, the steps of reading one, and the context of a sync.

A system's own functions stand in its file under `systems/` and are given a `Context`. They either make a read plan,
step by step (`read_plan`, for HTTP), or read by themselves (`read`).
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import msgspec

from crm360.connectors.engine.anonymise import Anonymiser
from crm360.connectors.engine.errors import AccessDenied, SourceError, TooLong
from crm360.connectors.engine.landing import LandedRecord, Landing
from crm360.connectors.engine.page import LoopGuard, Page
from crm360.connectors.engine.pagination import Paginator
from crm360.connectors.engine.record_schema import RecordSchema
from crm360.connectors.engine.request import Reply, Request
from crm360.connectors.engine.session import Auth, Limits, Session
from crm360.connectors.engine.stream import Declared, Stream, Window

# What settings mean that several systems have.
MEANINGS = {
    "base_url": "Address of the system, from https:// on.",
    "user": "The user that signs in.",
    "client_id": "Id of the OAuth client.",
    "login_url": "Address of the server that gives access tokens.",
}
BEFORE_ALL = datetime(1999, 1, 1)  # no record of a CRM in the cloud is older
LAST_PAGE = "the source said that this was the last page"  # the usual proof that all was read


@dataclass(frozen=True)
class QueryLimit:
    """A query that may be too much for the source: it is asked again for each half of its window.

    `status` and `text` are how the source says so; `ask` makes the request for a window. Half a window of `shortest` is
    not asked for: the stream fails.
    """

    status: int
    text: bytes
    ask: Callable[[Window], Request]
    shortest: timedelta = timedelta(seconds=2)

    def halves(self, window: Window) -> tuple[Window, Window] | None:
        """Both with the moment between them; None if the window is too short."""
        lower = window.lower or BEFORE_ALL
        if window.upper - lower < self.shortest:
            return None
        middle = (lower + (window.upper - lower) / 2).replace(microsecond=0)
        return Window(window.lower, middle), Window(middle, window.upper)


@dataclass(frozen=True)
class ReadStep:
    """One sequence of pages. `reads` says what its records are.

    `records`: rows to land. `deletes`: records that are gone, landed as tombstones. `keys`: nothing is
    landed, the ids only show what is still there, and what is missing is deleted (the sweep).
    """

    request: Request
    pages: Paginator
    row: RecordSchema
    records: str = "results"
    reads: Literal["records", "deletes", "keys"] = "records"
    counts: str | None = None  # dotted path of the source's own count of what this step will give
    empty_pages: int = 1  # so many in a row may promise more; a source that filters what it has paged gives many
    no_data: tuple[int, ...] = (204, 304)  # statuses that say "nothing here"; 404 for children of a deleted parent
    enrich: Callable[[Context, list[bytes]], list[bytes]] | None = None
    notes: Callable[[Context, Page], None] | None = None  # what a page says beside its records, such as a delta link
    query_limit: QueryLimit | None = None
    unfinished: re.Pattern[bytes] | None = (
        None  # what in a record says that a list of it goes on: none may be landed so
    )
    may_lack: bool = False  # an answer without records leaves their list out
    first: Reply | None = None  # the first page, where the connector had to look at it already


@dataclass(frozen=True)
class Chunk:
    """Some rows, and from where to go on after them (None where a stop there can't be resumed).

    `dedup_against_all`: the window does not bound these rows, so they are compared with all that has been landed.
    """

    rows: Iterable[LandedRecord]
    reads: Literal["records", "deletes", "keys"] = "records"
    resume: Any = None
    dedup_against_all: bool = False


@dataclass
class Context:
    """One stream being synced: what its connector may look at, and the few notes that it may leave."""

    source: str
    connector: Connector
    stream: Stream
    settings: Mapping[str, str]
    landing: Landing
    session: Session | None
    window: Window
    state: dict[str, Any]  # kept in the footer for the next night
    options: Mapping[str, Any] = field(default_factory=dict)  # `source`, `stream`, `base`, `mapped`: see config.py
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)  # where no session holds them
    resume: Any = None
    full_refresh: bool = False  # read from the beginning, whatever was read before; nothing that stands is forgotten
    stops_at_new_fields: bool = False
    end_proof: str = LAST_PAGE
    reading: str = ""
    pages: int = 0
    source_count: int | None = None  # of the window, as the source says
    source_total: int | None = None  # of all that the source has, where it says so without being asked for it alone
    count_of_live: Callable[[], int] = lambda: 0  # records that are not deleted, this night's included
    limits: Limits = field(default_factory=Limits)
    without: Anonymiser | None = None  # who was forgotten, and is not landed again
    end: float = float("inf")  # when the stream's time is over, monotonic seconds

    @property
    def where(self) -> str:
        """'source/stream', for messages."""
        return f"{self.source}/{self.stream.name}"

    @property
    def http(self) -> Session:
        """The session; every connector with a read plan has one. Raises TooLong once the stream's time is over.

        So no loop of requests, whatever a source answers, goes on for ever.
        """
        assert self.session is not None
        self.check_time()
        return self.session

    def check_time(self) -> None:
        """Raise TooLong once the stream has taken all the time that it may."""
        if time.monotonic() > self.end:
            hours = self.limits.stream_deadline / 3600
            raise TooLong(f"the stream took longer than the {hours:g} hours that it may", where=self.where)

    def pages_of(
        self, request: Request, pages: Paginator, records: str, *, may_lack: bool = False, empty_pages: int = 1
    ) -> Iterator[Page]:
        """The pages of a list that is needed beside what is landed. Raises LoopDetected where they do not end."""
        following: Request | None = request
        guard = LoopGuard(empty_pages)
        while following is not None:
            page = Page(self.http.send(following, self.where).body, records, may_lack=may_lack)
            guard.check(following, page)
            yield page
            following = pages.next(following, page)

    def unless_lacking(self, request: Request, lacking: tuple[int, ...], why: str) -> Reply | None:
        """The first answer of a stream that an account may lack; None, and told, where its status is one of these."""
        reply = self.http.send(request, self.where, lacking)
        if reply.status not in lacking:
            return reply
        self.pass_over(why, f"HTTP {reply.status}")
        return None

    def pass_over(self, why: str, said: str = "", denied: AccessDenied | None = None) -> None:
        """Read nothing of a stream that the account lacks or the login may not read; tell `why`, and what was said.

        Raises AccessDenied, `denied` where it is given, if the stream has been read before: then what is held here
        would never change again.
        """
        if self.count_of_live():
            raise denied or AccessDenied(f"what was read before is refused ({said})", where=self.where)
        self.end_proof = why
        told = [*filter(None, (why, said, self.stream.needs and f"it needs {self.stream.needs}"))]
        logging.getLogger(f"crm360.{self.connector.system}").warning("%s: %s", self.where, "; ".join(told))

    def parents(self) -> Iterator[tuple[str, Any]]:
        """(id, record) of the parent stream's live records, as landed earlier in this night."""
        assert self.stream.parent is not None
        return self.landing.live_records(self.source, self.stream.parent)


ReadPlan = Callable[[Context], Iterator[ReadStep]]
Read = Callable[[Context], Iterator[Chunk]]


@dataclass(frozen=True)
class Connector:
    """One system: its streams and the few functions that are the vendor's own.

    `settings` maps each permitted setting of a source to its default (None = required, "" = may be left out);
    `meanings` says in a sentence what one of them is that MEANINGS does not know.
    `options` is the shape of the settings that are no text. `secrets` names the environment variables' last part
    (`token` is read from CRM360_<SOURCE>_TOKEN); `secrets_for` says it by the settings where they decide.
    `optional_secrets` may be absent. `auth` is given the settings, with `token_file` (where a replaced refresh
    token is kept) among them, and the secrets that are there.
    `throttled` reads throttling that is not HTTP 429: it returns the seconds to wait, or None. `refusal` reads an
    answer of status 400 or more whose body says more than the status: it returns the error, or None.
    """

    system: str
    streams: tuple[Stream, ...]
    read_plan: ReadPlan | None = None
    auth: Callable[[Mapping[str, str], Mapping[str, str]], Auth] | None = None
    read: Read | None = None  # in place of a read plan and auth, for what is not HTTP
    settings: Mapping[str, str | None] = field(default_factory=lambda: {"base_url": None})
    meanings: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = ("token",)
    optional_secrets: tuple[str, ...] = ()
    secrets_for: Callable[[Mapping[str, str]], tuple[str, ...]] | None = None
    options: type[msgspec.Struct] | None = None
    declared: Declared | None = None  # in place of `streams`, where crm360.toml describes them
    wrong: Callable[[Mapping[str, str], Any], str | None] | None = None  # what settings and options can't be, in words
    rate: tuple[int, float] = (10, 1.0)  # requests, per seconds; `rate_limit` in crm360.toml overrides
    rates: tuple[tuple[str, int, float], ...] = ()  # tighter ones: part of the path, requests, per seconds
    at_once: int = 1  # streams that are pulled side by side, within the rate; `streams_at_once` overrides
    throttled: Callable[[Reply], float | None] | None = None
    faults_in_200: Callable[[Reply], str | None] | None = None  # an error told with status 200, in words
    refusal: Callable[[Reply], SourceError | None] | None = None
    older: Callable[[str], str | None] | None = None  # a path as an older version of the API has it, or None
    models: Path | None = None  # its staging models, where another package brings it: linked to models/staging/<system>
    count: Callable[[Context], int | None] | None = None  # how many records a stream has, in one request; None: unknown

    def stream(self, name: str) -> Stream:
        """The stream of that name; KeyError if there is none."""
        return {s.name: s for s in self.streams}[name]

    def meaning(self, setting: str) -> str:
        """What one of its settings is, in a sentence; empty where nobody says."""
        return self.meanings.get(setting) or MEANINGS.get(setting, "")

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all streams, in the order in which they are pulled."""
        return tuple(s.name for s in self.streams)
