"""Any JSON API that lists records in pages, described in crm360.toml: its streams, mapped to entities there.

    every night   GET <path>?<params>&<since>=…&<until>=…    the window; all, where the API can't be asked for changes
                  GET <path>?<params>                        all keys, if deletes are only to be seen by what is missing

Pages that are counted (offset, page) drift while records come and go, so for deletes they are read twice: a record
is gone only if both readings miss it. Everything else is the engine's: see session.py and pagination.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from crm360.connectors.engine.connector import Connector, Context, ReadStep
from crm360.connectors.engine.errors import SET_UP, BadResponse, ConfigError
from crm360.connectors.engine.mapped import MappedFields, OneOfAKey
from crm360.connectors.engine.page import Page
from crm360.connectors.engine.pagination import HeaderLink, Link, Numbered, OnePage, Paginator, Token
from crm360.connectors.engine.record_schema import ChangedAs
from crm360.connectors.engine.request import Request
from crm360.connectors.engine.rows import RowReader, earliest_local, epoch_ms
from crm360.connectors.engine.session import Auth, basic, bearer
from crm360.connectors.engine.stream import Declared, Deletes, Stream, Table
from crm360.moments import iso

STYLES = ("bearer", "basic", "header", "none")


class Paging(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How the API pages. `at`: where its answer names the next page's token or address, or the total (offset: of
    records, page: of pages; without it the pages end with an empty one). `more`: where it says whether there is more.
    Both are dotted paths, or `header:<name>`. A first page with records on which `at` does not stand, not even as
    null, is an error: a mistyped path would end every reading there. `absent_is_end`: the API leaves it out there."""

    style: Annotated[
        Literal["token", "link", "offset", "page", "one"],
        Meta(
            description="How pages follow on each other: by a token, an address, a count of records or pages; or one."
        ),
    ] = "one"
    at: Annotated[
        str,
        Meta(description="Where the answer names the next page, or the total: a dotted path, or header:<name>."),
    ] = ""
    param: Annotated[str, Meta(description="The parameter that asks for the next page.")] = ""
    more: Annotated[str, Meta(description="Where the answer says whether there is more.")] = ""
    more_is: Annotated[bool, Meta(description="What `more` says when there is.")] = True
    first: Annotated[int, Meta(description="Number of the first page.")] = 1
    absent_is_end: Annotated[bool, Meta(description="Whether the API leaves `at` out on its last page.")] = False


class Bounds(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The parameters by which the API is asked for changes, and how they are written: `iso`, `date`, `epoch`,
    `epoch_ms`, or a pattern such as %Y-%m-%dT%H:%M:%SZ. `begin` is what the first night says in place of a time."""

    since: Annotated[str, Meta(description="The parameter that asks for what changed since.")]
    until: Annotated[str, Meta(description="The parameter that asks for what changed before.")] = ""
    format: Annotated[
        str,
        Meta(
            description="How the times are written, or a strptime pattern.",
            examples=["iso", "date", "epoch", "epoch_ms"],
        ),
    ] = "iso"
    begin: Annotated[str, Meta(description="What the first night says in place of a time.")] = ""


class Flag(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The field that says that a record is deleted, and the values that say so, as text."""

    field: Annotated[str, Meta(description="The field that says that a record is deleted.")]
    values: Annotated[tuple[str, ...], Meta(description="The texts that say so.")] = ("true",)


class RestTable(Table, forbid_unknown_fields=True, kw_only=True):
    """A stream's table in crm360.toml. `records` is the dotted path of the list; times are in seconds."""

    path: Annotated[str, Meta(description="Path of the list below `base_url`.")]
    records: Annotated[
        str, Meta(description="Dotted path of the list in the answer. Empty: the answer is the list.")
    ] = ""
    changed_as: Annotated[ChangedAs, Meta(description="How `changed` is written.")] = "iso"
    params: Annotated[dict[str, str], Meta(description="Parameters that every request has.")] = msgspec.field(
        default_factory=dict
    )
    paging: Annotated[Paging, Meta(description="How the API pages.")] = Paging()
    window: Annotated[
        Bounds | None, Meta(description="How the API is asked for changes. Without it every night reads all.")
    ] = None
    lookback: Annotated[
        float, Meta(description="Seconds before the last change seen that are read again, for what commits late.")
    ] = 300.0
    lag: Annotated[float, Meta(description="Seconds before now that are left for the next night.")] = 10.0
    deletes: Annotated[
        Literal["flag", "sweep", "none"],
        Meta(description="How deletes are seen: by `deleted`, by comparing all keys, or not at all."),
    ] = "none"
    deleted: Annotated[
        Flag | None, Meta(description='What says that a record is deleted; with `deletes = "flag"`.')
    ] = None


def stream(name: str, table: RestTable) -> Stream:
    """The stream that a [sources.<name>.streams.<stream>] table describes. Raises ConfigError."""
    if not table.key:
        raise ConfigError("key is missing: the fields that tell the records apart", where=name)
    if table.window is not None and not table.changed:
        raise ConfigError("window needs changed: the field that says when a record changed", where=name)
    if (table.deletes == "flag") is not (table.deleted is not None):
        raise ConfigError("deletes = 'flag' and deleted = { field = … } go together", where=name)
    flag = (table.deleted.field, table.deleted.values) if table.deleted else None
    deletes: Deletes = table.deletes
    return Stream(
        name,
        "mapped",
        table.path,
        table.schema(changed_as=table.changed_as, deleted=flag),
        _pages(name, table),
        table.records,
        cursor=table.window is not None,
        params=table.params,
        lookback=timedelta(seconds=table.lookback),
        source_lag=timedelta(seconds=table.lag),
        deletes=(deletes,),
    )


def _pages(name: str, table: RestTable) -> Paginator:
    """The paginator of a style. Raises ConfigError where the style wants more said."""
    paging = table.paging
    wants = {"token": (paging.at, paging.param), "link": (paging.at,)}
    wants |= dict.fromkeys(("offset", "page"), (paging.param,))
    if not all(wants.get(paging.style, ())):
        needed = {"token": "at and param", "link": "at"}.get(paging.style, "param")
        raise ConfigError(f"paging in the style {paging.style!r} needs {needed}", where=name)
    match paging.style:
        case "token":
            shows = not paging.absent_is_end
            return Token(paging.at, paging.param, more=paging.more or None, more_is=paging.more_is, must_show=shows)
        case "link" if paging.at == "header:link":
            return HeaderLink()
        case "link":
            shows = not paging.absent_is_end
            return Link(paging.at, more=paging.more or None, more_is=paging.more_is, must_show=shows)
        case "offset":
            return Numbered(paging.param, "records", first=0, total=paging.at or None, is_checked=True)
        case "page":
            if paging.at.rpartition(".")[2] == paging.param:
                raise ConfigError(f"paging.at is where the total stands; {paging.at!r} is the page's own", where=name)
            return Numbered(paging.param, "pages", first=paging.first, total=paging.at or None, is_checked=True)
    return OnePage()


@dataclass
class Judge:
    """What the pages of one reading must show: every mapped field somewhere, and no key twice with other content."""

    context: Context
    fields: MappedFields
    once: OneOfAKey | None
    reader: RowReader

    def note(self, _context: Context, page: Page) -> None:
        """Look at one page's records."""
        for record in page.records if self.fields.lacking or self.once else ():
            self.fields.look(bytes(record))
        if self.once is not None:
            if self.context.stream.deletes and getattr(self.context.stream.pages, "pages_shift", False):
                self.once.forget()  # a record may come again on the next page, changed
            for row in self.reader.rows(page.records):
                self.once.check(row)

    def settle(self) -> None:
        """All pages were read: raises BadResponse where none showed a field."""
        self.fields.settle("record", BadResponse, self.context.where, SET_UP)


def read_plan(context: Context) -> Iterator[ReadStep]:
    """The window; then all keys, where a delete only shows by what is missing."""
    stream, window = context.stream, context.window
    table: RestTable = context.options["stream"]
    everything = Request(stream.path, stream.params)
    counted = isinstance(stream.pages, Numbered)
    if counted:
        everything = everything.with_params(**{table.paging.param: stream.pages.first})  # type: ignore[attr-defined]
    asked, bounds = everything, table.window
    if bounds is not None:
        if bounds.begin:
            everything = everything.with_params(**{bounds.since: bounds.begin})
        asked = everything
        if window.lower is not None:
            asked = asked.with_params(**{bounds.since: since(window.lower, bounds, table.time_zone)})
        if bounds.until:
            asked = asked.with_params(**{bounds.until: said(window.upper, bounds)})
    # Of some changes, none may have a field that others have.
    names = context.options.get("mapped", ()) if window.lower is None and context.resume is None else ()
    once = None if table.changed else OneOfAKey(tuple(table.key), BadResponse, context.where, SET_UP)
    judge = Judge(context, MappedFields.of(names), once, RowReader(stream.row))
    yield ReadStep(asked, stream.pages, stream.row, stream.records, notes=judge.note)
    judge.settle()
    if "sweep" in stream.deletes:
        readings = (window.lower is not None) + counted
        for _ in range(readings):
            yield ReadStep(everything, stream.pages, stream.row, stream.records, reads="keys")


def since(time: datetime, bounds: Bounds, zone: str) -> str:
    """From when on changes are asked for, in a form that holds whose clocks ever the API reads it by.

    A time without a zone it may take for UTC, or for its own clocks, which the stream's `time_zone` names; nothing says
    which, so it is the earlier one.
    """
    is_one_moment = bounds.format in ("iso", "epoch", "epoch_ms") or bounds.format.endswith(("Z", "%z"))
    return said(time if is_one_moment else min(time, earliest_local(time, zone)), bounds)


def said(time: datetime, bounds: Bounds) -> str:
    """A moment as the API wants it told."""
    match bounds.format:
        case "iso":
            return iso(time)
        case "date":
            return time.date().isoformat()
        case "epoch":
            return str(epoch_ms(time) // 1000)
        case "epoch_ms":
            return str(epoch_ms(time))
    return time.strftime(bounds.format)


def auth(settings: Mapping[str, str], secrets: Mapping[str, str]) -> Auth:
    """The token as the API wants it: RFC 6750, RFC 7617, or in a header of its own."""
    match settings["auth"]:
        case "bearer":
            return bearer(secrets["token"])
        case "basic":
            return basic(settings["user"], secrets["token"])
        case "header":
            return Auth({settings["header"]: secrets["token"]}, (secrets["token"],))
    return Auth({})


def wrong(settings: Mapping[str, str], _options: Any) -> str | None:
    """What is wrong with the settings that say how we log in."""
    if settings["auth"] not in STYLES:
        return f"auth is one of {', '.join(STYLES)}"
    if settings["auth"] == "header" and not settings["header"]:
        return "auth = 'header' needs header: the header's name"
    return None


def _secrets(settings: Mapping[str, str]) -> tuple[str, ...]:
    return () if settings["auth"] == "none" else ("token",)


REST = Connector(
    "rest",
    (),
    read_plan,
    auth,
    settings={"base_url": None, "auth": "bearer", "user": "", "header": ""},
    meanings={
        "auth": "How it signs in: bearer, basic, header or none.",
        "user": "With basic: the user.",
        "header": "With header: the name of the header that holds the token.",
    },
    secrets_for=_secrets,
    declared=Declared(RestTable, stream),
    wrong=wrong,
)
