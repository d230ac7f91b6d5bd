"""Facts about what is pulled: streams, how a row's columns are read, and the passes of one sync.

Everything here is a frozen dataclass. A new stream is one literal; what is special about a vendor is a
fact here or one small function in its file under `systems/`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import msgspec

if TYPE_CHECKING:
    from crm360.connectors.engine.page import Page
    from crm360.connectors.engine.pagination import Paginator
    from crm360.connectors.engine.session import Auth, Reply
    from crm360.connectors.engine.sync import Chunk, Context

Json = Any
Deletes = Literal["feed", "flag", "event", "sweep", "none"]
BEFORE_ALL = datetime(1999, 1, 1)  # no record of a CRM in the cloud is older
ChangedAs = Literal["iso", "epoch", "epoch_ms", "us"]  # us: 12/31/2026 23:59:59


@dataclass(frozen=True)
class Request:
    """One HTTP request, relative to the source's base URL. Holds no credential, so it can be kept as state."""

    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Json] | None = None
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)  # beside those that every request carries
    form: Mapping[str, str] | None = None  # a body that is sent URL-encoded, in place of JSON

    def with_params(self, **params: object) -> Request:
        """The same request with these query parameters set; None removes one."""
        merged = {**self.params, **{k: str(v) for k, v in params.items() if v is not None}}
        return replace(self, params={k: v for k, v in merged.items() if params.get(k, "") is not None})

    def with_body(self, **changes: Json) -> Request:
        """The same request with these keys of its body set."""
        return replace(self, body={**(self.body or {}), **changes})


@dataclass(frozen=True)
class Window:
    """What a sync asks for: changes from `lower` (inclusive, None = everything) to `upper` (naive UTC)."""

    lower: datetime | None
    upper: datetime


@dataclass(frozen=True)
class Row:
    """Where a landed row's columns stand in a record. Paths are dotted.

    `deleted` is (path, texts that mean deleted; none: any text does); `losers` holds the ids merged into this record,
    as a list or separated by semicolons; `winner` holds the id this record was merged into.
    """

    key: tuple[str, ...] = ("id",)
    changed: str | None = None
    changed_as: ChangedAs = "iso"
    zone: str = "UTC"  # in which times without an offset are told
    deleted: tuple[str, tuple[str, ...]] | None = None
    losers: str | None = None
    winner: str | None = None
    is_tombstone: bool = False
    cut_key: str | None = None  # keep only what follows this text: 'gid://shopify/Order/12' becomes '12'


@dataclass(frozen=True)
class Pass:
    """One sequence of pages. `reads` says what its records are.

    `records`: rows to land. `deletes`: records that are gone, landed as tombstones. `keys`: nothing is
    landed, the ids only show what is still there, and what is missing is deleted (the sweep).
    """

    request: Request
    pages: Paginator
    row: Row
    records: str = "results"
    reads: Literal["records", "deletes", "keys"] = "records"
    counts: str | None = None  # dotted path of the source's own count of what this pass will give
    empty_pages: int = 1  # so many in a row may promise more; a source that filters what it has paged gives many
    no_data: tuple[int, ...] = (204, 304)  # statuses that say "nothing here"; 404 for children of a deleted parent
    enrich: Callable[[Context, list[bytes]], list[bytes]] | None = None
    notes: Callable[[Context, Page], None] | None = None  # what a page says beside its records, such as a delta link
    ceiling: Ceiling | None = None
    first: Reply | None = None  # the first page, where the connector had to look at it already


@dataclass(frozen=True)
class Stream:
    """One kind of record of one system.

    `lookback` is re-read every night, for changes that show up late; `lag` keeps the upper bound away from
    the present, where the source itself is not yet consistent. Without `cursor` every night reads all.
    """

    name: str
    entity: str
    path: str
    row: Row
    pages: Paginator
    records: str = "results"
    cursor: bool = True
    params: Mapping[str, str] = field(default_factory=dict)
    lookback: timedelta = timedelta(minutes=5)
    lag: timedelta = timedelta(seconds=10)
    deletes: tuple[Deletes, ...] = ("none",)
    parent: str | None = None
    kept: timedelta | None = None  # for how long the source can tell changes; an older cursor means a full read
    rereads: bool = False  # a night reads more than its window shows: compare with all that has been landed
    needs: str = ""  # the scope or permission an administrator has to grant


class Table(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What every [sources.<name>.streams.<stream>] table may say, whatever its system adds to it."""

    key: list[str] = []
    changed: str = ""


@dataclass(frozen=True)
class Declared:
    """Streams that crm360.toml describes, and maps to entities: `table` is their shape there, beside `entities`.

    `stream` makes the stream of that name out of such a table; it raises ConfigError.
    """

    table: type[Table]
    stream: Callable[[str, Any], Stream]


@dataclass(frozen=True)
class Ceiling:
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


Passes = Callable[["Context"], Iterator[Pass]]
Read = Callable[["Context"], Iterator["Chunk"]]


@dataclass(frozen=True)
class Connector:
    """One system: its streams and the few functions that are the vendor's own.

    `settings` maps each permitted setting of a source to its default (None = required, "" = may be left out);
    `options` is the shape of the settings that are no text. `secrets` names the environment variables' last part
    (`token` is read from CRM360_<SOURCE>_TOKEN); `secrets_for` says it by the settings where they decide.
    `optional_secrets` may be absent. `auth` is given the settings, with `token_file` (where a replaced refresh
    token is kept) among them, and the secrets that are there.
    `throttled` reads throttling that is not HTTP 429: it returns the seconds to wait, or None.
    """

    system: str
    streams: tuple[Stream, ...]
    passes: Passes | None = None
    auth: Callable[[Mapping[str, str], Mapping[str, str]], Auth] | None = None
    read: Read | None = None  # in place of passes and auth, for what is not HTTP
    settings: Mapping[str, str | None] = field(default_factory=lambda: {"base_url": None})
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
    models: Path | None = None  # its staging models, where another package brings it: linked to models/staging/<system>
    count: Callable[[Context], int | None] | None = None  # how many records a stream has, in one request; None: unknown

    def stream(self, name: str) -> Stream:
        """The stream of that name; KeyError if there is none."""
        return {s.name: s for s in self.streams}[name]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all streams, in the order in which they are pulled."""
        return tuple(s.name for s in self.streams)
