"""The one loop: window → pages → records → batch. Every stream of every system goes through here."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any, Literal

import msgspec

from crm360.connectors.engine import salvage
from crm360.connectors.engine.errors import BadResponse, SourceError
from crm360.connectors.engine.landing import Batch, Footer, Known, Landing, Row
from crm360.connectors.engine.page import LoopGuard, Page
from crm360.connectors.engine.rows import RowReader
from crm360.connectors.engine.session import Reply, Session
from crm360.connectors.engine.stream import Connector, Pass, Request, Stream, Window
from crm360.connectors.engine.sweep import Seen, drifts, swept

log = logging.getLogger("crm360.sync")
ROWS_IN_A_BATCH = 250_000
# What a connector's own reading of an answer ends in when something is missing from it, or is of another kind.
NOT_AS_PROMISED = (msgspec.MsgspecError, LookupError, TypeError, AttributeError, ValueError, RecursionError)


@dataclass(frozen=True)
class Chunk:
    """Some rows, and from where to go on after them (None where a stop there can't be resumed).

    `rereads`: the window does not bound these rows, so they are compared with all that has been landed.
    """

    rows: Iterable[Row]
    reads: Literal["records", "deletes", "keys"] = "records"
    resume: Any = None
    rereads: bool = False


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
    end_proof: str = "the source said that this was the last page"
    reading: str = ""
    pages: int = 0
    source_count: int | None = None  # of the window, as the source says
    source_total: int | None = None  # of all that the source has, where it says so without being asked for it alone
    count_of_live: Callable[[], int] = lambda: 0  # records that are not deleted, this night's included

    @property
    def where(self) -> str:
        """'source/stream', for messages."""
        return f"{self.source}/{self.stream.name}"

    @property
    def http(self) -> Session:
        """The session; every connector with passes has one."""
        assert self.session is not None
        return self.session

    def parents(self) -> Iterator[tuple[str, Any]]:
        """(id, record) of the parent stream's live records, as landed earlier in this night."""
        assert self.stream.parent is not None
        return self.landing.live_records(self.source, self.stream.parent)


@dataclass
class _Counter:
    """Which rows are new to us, and how many of each kind there were."""

    load: Callable[[], dict[str, Known]]
    footer: Footer
    began: Callable[[], datetime]  # when this sync began: the change time of what tells none
    follows: bool = False
    _known: dict[str, Known] | None = None
    seen: set[int] = field(default_factory=set)
    largest: datetime | None = None
    reads: str = "records"
    standing: dict[str, bool] = field(default_factory=dict)  # of rows seen in a night of changes: are they there?

    def compare_with(self, load: Callable[[], dict[str, Known]]) -> None:
        """Compare the rows that follow with what this gives."""
        self.load, self._known = load, None

    def admits(self, row: Row) -> Row | None:
        """The row to land, or None for a duplicate. Counts it either way."""
        footer = self.footer
        footer.received += not row.derived
        if row.rejected_because is not None:
            footer.rejected += 1
            return row
        assert row.record_id is not None
        if row.changed_at is not None and not row.derived and (self.largest is None or row.changed_at > self.largest):
            self.largest = row.changed_at
        before_cursor = row.changed_at and footer.cursor_before and row.changed_at <= footer.cursor_before
        footer.reread += bool(before_cursor and self.reads == "records" and not row.derived)
        if self.follows:
            self.standing[row.record_id] = not row.is_deleted
        # A version by its hash: of a long sync, only numbers stay in memory.
        version = hash((row.record_id, row.record, row.is_deleted, row.merged_into))
        if version in self.seen:
            footer.duplicate += not row.derived
            return None
        self.seen.add(version)
        if self._known is None:
            self._known = self.load()  # only now: a night in which nothing changed need not look back
        if self._known:
            before = self._known.get(row.record_id)
            if before is not None and before.content == row.content:
                footer.duplicate += not row.derived
                return None
            back = before is not None and before.deleted_at is not None and not row.is_deleted
            if back and (row.changed_at is None or row.changed_at <= before.deleted_at):  # type: ignore[union-attr,operator]
                row = msgspec.structs.replace(row, changed_at=self.began())  # it came back: that is the change
        if row.changed_at is None:
            row = msgspec.structs.replace(row, changed_at=self.began())
        footer.derived += row.derived
        footer.landed += not row.derived
        return row


def sync_stream(
    context: Context,
    *,
    max_shrink: float = 0.2,
    progress: Callable[[int], None] = lambda _received: None,
) -> Footer:
    """Sync one stream into one batch (several for a long first sync) and return the last one's footer.

    `context.window` and `context.state` are set here from the newest batch. Raises a SourceError if the
    stream fails; then nothing of it is landed and its cursor stays where it was.
    """
    landing, source, stream = context.landing, context.source, context.stream
    started = datetime.now(UTC).replace(tzinfo=None)
    last = landing.newest(source, stream.name)
    upper = (context.session.now if context.session else started) - stream.lag
    cursor, resumed = None, None
    if last is not None:
        cursor, context.state = (last.cursor_after if last.complete else last.cursor_before), dict(last.state)
        resumed = last if not last.complete else None
    lower = cursor - stream.lookback if cursor and stream.cursor else None
    if lower is not None and _is_forgotten(context, lower, upper):
        lower = None
    context.window = Window(lower, upper)
    if resumed is not None and resumed.window_to is not None:
        context.window, context.resume = Window(resumed.window_from, resumed.window_to), resumed.resume
    context.reading = "full" if lower is None else "changes"
    shown_again = None if stream.rereads else lower
    known = partial(landing.known, source, stream.name, shown_again) if last is not None else dict
    # A full read shows by itself what is gone, unless it is the first one, or goes on from an earlier part.
    sweeps = "sweep" in stream.deletes
    gathers = sweeps and lower is None and last is not None and resumed is None
    seen = Seen(
        swept=gathers,
        met=set() if gathers or (sweeps and last is None and drifts(stream.pages)) else None,
        drifts=drifts(stream.pages),
    )
    batch = _start(context, started, cursor)
    counter = _Counter(
        known, batch.footer, partial(_began, context, started, last), follows=sweeps and lower is not None
    )
    context.count_of_live = partial(_count_of_live, context, counter)
    counter.largest = resumed.cursor_after if resumed else None
    before = 0
    try:
        for chunk in (context.connector.read or _http)(context):
            extracted = datetime.now(UTC).replace(tzinfo=None)
            if chunk.reads == "keys":
                seen.swept = True
                seen.listed.update(r.record_id for r in chunk.rows if r.record_id)
                continue
            if chunk.rereads and shown_again is not None and last is not None:
                shown_again = None
                counter.compare_with(partial(landing.known, source, stream.name, None))
            counter.reads = chunk.reads
            _land(chunk, batch, counter, seen, extracted)
            progress(before + counter.footer.received)
            if chunk.resume is not None and batch.rows >= ROWS_IN_A_BATCH and not gathers:
                batch.footer.resume = chunk.resume
                _close(context, batch, counter, complete=False)
                before += batch.footer.received
                batch = _start(context, started, cursor)
                counter.footer = batch.footer
                counter.seen = set()
        if seen.swept and context.reading != "unchanged":
            while seen.asks_for_all(landing, context, last, counter.standing):
                _read_all(context, batch, counter, seen)
            batch.footer.unseen, batch.footer.passed_over = seen.unseen, seen.passed_over
            if context.source_total is None and "flag" not in stream.deletes:
                context.source_total = len(seen.all)  # it has shown all its ids, and none of a deleted record
            for row in swept(landing, context.where, seen.all, max_shrink):
                admitted = counter.admits(row)
                if admitted is not None:
                    batch.add(admitted, started)
        return _close(context, batch, counter, complete=True)
    except SourceError as error:
        batch.abandon()
        error.where = error.where or context.where
        raise
    except NOT_AS_PROMISED as error:
        batch.abandon()
        raise BadResponse("an answer has not the shape that the API promises", where=context.where) from error
    except BaseException:
        batch.abandon()
        raise


def _began(context: Context, started: datetime, last: Footer | None) -> datetime:
    """The source's time of what was just read; ours where there is none. Never before the last sync ended."""
    if context.session is None:
        return started
    began = context.session.now
    return max(began, last.source_time) if last is not None and last.source_time is not None else began


def _is_forgotten(context: Context, lower: datetime, upper: datetime) -> bool:
    """Whether the source no longer knows all changes since `lower`, by its own clock: ours may be wrong."""
    stream, session = context.stream, context.session
    if stream.kept is None or session is None or lower >= upper - stream.kept:
        return False
    if session.server_ahead is None:
        session.send(Request(stream.path, stream.params), context.where)
    return lower < session.now - stream.lag - stream.kept


def _land(chunk: Chunk, batch: Batch, counter: _Counter, seen: Seen, extracted: datetime) -> None:
    for row in chunk.rows:
        if seen.met is not None and row.record_id and not row.is_deleted:
            seen.met.add(row.record_id)
        admitted = counter.admits(row)
        if admitted is not None:
            batch.add(admitted, extracted)


def _read_all(context: Context, batch: Batch, counter: _Counter, seen: Seen) -> None:
    """Everything once more, for what the keys show and the window does not: restored, late, or missed while paging."""
    log.info("%s: %d records are there that no page has shown: everything is read", context.where, len(seen.missing))
    context.window, context.reading, context.resume = Window(None, context.window.upper), "full", None
    counter.compare_with(partial(context.landing.known, context.source, context.stream.name, None))
    for chunk in (context.connector.read or _http)(context):
        if chunk.reads == "keys":
            break
        _land(chunk, batch, counter, seen, datetime.now(UTC).replace(tzinfo=None))


def _count_of_live(context: Context, counter: _Counter) -> int:
    live = context.landing.live_ids(context.source, context.stream.name)
    for record_id, stands in counter.standing.items():
        live.add(record_id) if stands else live.discard(record_id)
    return len(live)


def _start(context: Context, started: datetime, cursor: datetime | None) -> Batch:
    batch = context.landing.start(context.source, context.stream.name, datetime.now(UTC).replace(tzinfo=None))
    footer = batch.footer
    footer.started_at, footer.cursor_before = started, cursor
    footer.window_from, footer.window_to = context.window.lower, context.window.upper
    return batch


def _close(context: Context, batch: Batch, counter: _Counter, *, complete: bool) -> Footer:
    footer = batch.footer
    now = datetime.now(UTC).replace(tzinfo=None)
    upper = context.window.upper
    if context.session is not None:
        footer.source_time = context.session.now
        # Known only after the first answer: by the source's clock, this sync began here.
        upper = min(upper, footer.source_time - (now - footer.started_at) - context.stream.lag)
    if complete:  # a sync that another one goes on from keeps the window that both read
        footer.window_to = upper
    # Where records do not say when they changed, all up to the start of this sync has been read.
    seen = counter.largest if context.stream.row.changed else upper
    footer.cursor_after = footer.cursor_before
    if seen is not None and context.stream.cursor:
        reached = min(seen, upper)
        footer.cursor_after = max(reached, footer.cursor_before) if footer.cursor_before else reached
    footer.finished_at, footer.pages, footer.reading = now, context.pages, context.reading
    footer.source_count, footer.state, footer.complete = context.source_count, context.state, complete
    footer.source_total = context.source_count if context.reading == "full" else None
    if context.source_total is not None:
        footer.source_total = context.source_total
    footer.end_proof = context.end_proof if complete else ""
    if footer.received != footer.landed + footer.duplicate + footer.rejected:
        raise BadResponse("the counts do not add up; nothing is landed", where=context.where)
    return batch.commit()


def _http(context: Context) -> Iterator[Chunk]:
    """The pages of every pass of an HTTP connector."""
    assert context.connector.passes is not None
    resume = context.resume
    for number, pass_ in enumerate(context.connector.passes(context)):
        if resume is not None and number < resume["pass"]:
            continue
        yield from _pages(context, number, pass_, resume)
        resume = None


def _pages(context: Context, number: int, pass_: Pass, resume: Any) -> Iterator[Chunk]:
    """The pages of one pass; of its window piece by piece, where the source can't answer for all of it at once."""
    request: Request | None = pass_.request
    windows = [context.window]
    if resume is not None:
        request = msgspec.convert(resume["request"], Request)
        windows = msgspec.convert(resume.get("windows", ()), list[Window]) or windows
    at_hand = pass_.first if request is pass_.request else None
    ceiling = pass_.ceiling
    allowed = (*pass_.no_data, ceiling.status) if ceiling else pass_.no_data
    reader, guard = RowReader(pass_.row), _guard(pass_)
    while request is not None:
        reply, at_hand = at_hand or context.http.send(request, context.where, allowed), None
        context.pages += 1
        if ceiling is not None and reply.status == ceiling.status:
            halves = ceiling.halves(windows[0]) if ceiling.text in reply.body else None
            if halves is None:
                raise BadResponse(f"HTTP {reply.status}", where=context.where)
            windows[:1] = halves
            request, guard = ceiling.ask(windows[0]), _guard(pass_)
            continue
        page = _page(reply, pass_)
        guard.check(request, page)
        if pass_.notes is not None:
            pass_.notes(context, page)
        if pass_.counts is not None and pass_.reads == "records" and context.pages == 1:
            told = page.get(pass_.counts)
            context.source_count = told if isinstance(told, int) else None
        rows = reader.rows(page.records, page.list_of_records)
        if pass_.enrich is not None and page.records:
            rows = _enriched(context, pass_.enrich, page, reader)
        after = None if reply.status in pass_.no_data else pass_.pages.next(request, page)
        if after is None and len(windows) > 1 and ceiling is not None:
            del windows[0]
            after, guard = ceiling.ask(windows[0]), _guard(pass_)
        yield Chunk(rows, pass_.reads, None if after is None else _place(number, after, windows))
        request = after


def _guard(pass_: Pass) -> LoopGuard:
    return LoopGuard(pass_.empty_pages, may_repeat=getattr(pass_.pages, "may_repeat", False))


def _place(number: int, request: Request, windows: list[Window]) -> Any:
    """From where a sync that is stopped goes on."""
    return {"pass": number, "request": msgspec.to_builtins(request), "windows": msgspec.to_builtins(windows)}


def _enriched(context: Context, enrich: Callable[..., list[bytes]], page: Page, reader: RowReader) -> Iterator[Row]:
    """The rows of a page that its connector completes first. What the connector can't read is held back."""
    records = [bytes(r) for r in page.records]
    sound = [r for r in records if not salvage.fault(r)] if page.is_salvaged else records
    try:
        whole = enrich(context, sound)
    except NOT_AS_PROMISED:
        # It reads more of a record than the engine does: the page is tried once more without those that are odd.
        odd = {r for r in sound if salvage.value(r) is None or all(row.rejected_because for row in reader.rows([r]))}
        if not odd:
            raise
        sound = [r for r in sound if r not in odd]
        whole = enrich(context, sound)
    yield from reader.rows(whole)
    for row in reader.rows([r for r in records if r not in set(sound)] if len(sound) < len(records) else ()):
        yield msgspec.structs.replace(row, rejected_because=row.rejected_because or "can't be completed: a number")


def _page(reply: Reply, pass_: Pass) -> Page:
    if reply.status in pass_.no_data:
        return Page(b"[]", "")
    return Page(reply.body, pass_.records, headers=reply.headers)
