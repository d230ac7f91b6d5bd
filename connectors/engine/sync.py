"""The one loop: window → pages → records → batch. Every stream of every system goes through here."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

import msgspec

from crm360.connectors.engine import salvage
from crm360.connectors.engine.connector import Chunk, Context, ReadStep
from crm360.connectors.engine.errors import BadResponse, SourceError
from crm360.connectors.engine.landing import Batch, Footer, Known, LandedRecord
from crm360.connectors.engine.page import LoopGuard, Page
from crm360.connectors.engine.reconcile import KeyReconciliation, missing_records, pages_shift
from crm360.connectors.engine.request import Reply, Request
from crm360.connectors.engine.rows import RowReader
from crm360.connectors.engine.stream import Window

log = logging.getLogger("crm360.sync")
ROWS_IN_A_BATCH = 250_000
# What a connector's own reading of an answer ends in when something is missing from it, or is of another kind.
NOT_AS_PROMISED = (msgspec.MsgspecError, LookupError, TypeError, AttributeError, ValueError, RecursionError)


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

    def admits(self, row: LandedRecord) -> LandedRecord | None:
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
    upper = (context.session.now if context.session else started) - stream.source_lag
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
    shown_again = None if stream.dedup_against_all else lower
    known = partial(landing.known, source, stream.name, shown_again) if last is not None else dict
    # A full read shows by itself what is gone, unless it is the first one, or goes on from an earlier part.
    sweeps = "sweep" in stream.deletes
    gathers = sweeps and lower is None and last is not None and resumed is None
    keys = KeyReconciliation(
        is_due=gathers,
        page_ids=set() if gathers or (sweeps and last is None and pages_shift(stream.pages)) else None,
        pages_shift=pages_shift(stream.pages),
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
                keys.is_due = True
                keys.key_ids.update(r.record_id for r in chunk.rows if r.record_id)
                continue
            if chunk.dedup_against_all and shown_again is not None and last is not None:
                shown_again = None
                counter.compare_with(partial(landing.known, source, stream.name, None))
            counter.reads = chunk.reads
            _land(chunk, batch, counter, keys, extracted)
            progress(before + counter.footer.received)
            if chunk.resume is not None and batch.rows >= ROWS_IN_A_BATCH and not gathers:
                batch.footer.resume = chunk.resume
                _close(context, batch, counter, complete=False)
                before += batch.footer.received
                batch = _start(context, started, cursor)
                counter.footer = batch.footer
                counter.seen = set()
        if keys.is_due and context.reading != "unchanged":
            while keys.asks_for_all(landing, context, last, counter.standing):
                _read_all(context, batch, counter, keys)
            batch.footer.unseen, batch.footer.passed_over = keys.unseen, keys.passed_over
            if context.source_total is None and "flag" not in stream.deletes:
                context.source_total = len(keys.all)  # it has shown all its ids, and none of a deleted record
            for row in missing_records(landing, context.where, keys.all, max_shrink):
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
    if stream.change_retention is None or session is None or lower >= upper - stream.change_retention:
        return False
    if session.server_ahead is None:
        session.send(Request(stream.path, stream.params), context.where)
    return lower < session.now - stream.source_lag - stream.change_retention


def _land(chunk: Chunk, batch: Batch, counter: _Counter, keys: KeyReconciliation, extracted: datetime) -> None:
    for row in chunk.rows:
        if keys.page_ids is not None and row.record_id and not row.is_deleted:
            keys.page_ids.add(row.record_id)
        admitted = counter.admits(row)
        if admitted is not None:
            batch.add(admitted, extracted)


def _read_all(context: Context, batch: Batch, counter: _Counter, keys: KeyReconciliation) -> None:
    """Everything once more, for what the keys show and the window does not: restored, late, or missed while paging."""
    log.info("%s: %d records are there that no page has shown: everything is read", context.where, len(keys.missing))
    context.window, context.reading, context.resume = Window(None, context.window.upper), "full", None
    counter.compare_with(partial(context.landing.known, context.source, context.stream.name, None))
    for chunk in (context.connector.read or _http)(context):
        if chunk.reads == "keys":
            break
        _land(chunk, batch, counter, keys, datetime.now(UTC).replace(tzinfo=None))


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
        upper = min(upper, footer.source_time - (now - footer.started_at) - context.stream.source_lag)
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
    """The pages of every step of an HTTP connector."""
    assert context.connector.read_plan is not None
    resume = context.resume
    for number, step in enumerate(context.connector.read_plan(context)):
        if resume is not None and number < resume["pass"]:
            continue
        yield from _pages(context, number, step, resume)
        resume = None


def _pages(context: Context, number: int, step: ReadStep, resume: Any) -> Iterator[Chunk]:
    """The pages of one step; of its window piece by piece, where the source can't answer for all of it at once."""
    request: Request | None = step.request
    windows = [context.window]
    if resume is not None:
        request = msgspec.convert(resume["request"], Request)
        windows = msgspec.convert(resume.get("windows", ()), list[Window]) or windows
    at_hand = step.first if request is step.request else None
    query_limit = step.query_limit
    allowed = (*step.no_data, query_limit.status) if query_limit else step.no_data
    reader, guard = RowReader(step.row), _guard(step)
    while request is not None:
        reply, at_hand = at_hand or context.http.send(request, context.where, allowed), None
        context.pages += 1
        if query_limit is not None and reply.status == query_limit.status:
            halves = query_limit.halves(windows[0]) if query_limit.text in reply.body else None
            if halves is None:
                raise BadResponse(f"HTTP {reply.status}", where=context.where)
            windows[:1] = halves
            request, guard = query_limit.ask(windows[0]), _guard(step)
            continue
        page = _page(reply, step)
        guard.check(request, page)
        if step.notes is not None:
            step.notes(context, page)
        if step.counts is not None and step.reads == "records" and context.pages == 1:
            told = page.get(step.counts)
            context.source_count = told if isinstance(told, int) else None
        rows = reader.rows(page.records, page.list_of_records)
        if step.enrich is not None and page.records:
            rows = _enriched(context, step.enrich, page, reader)
        after = None if reply.status in step.no_data else step.pages.next(request, page)
        if after is None and len(windows) > 1 and query_limit is not None:
            del windows[0]
            after, guard = query_limit.ask(windows[0]), _guard(step)
        yield Chunk(rows, step.reads, None if after is None else _place(number, after, windows))
        request = after


def _guard(step: ReadStep) -> LoopGuard:
    return LoopGuard(step.empty_pages, may_repeat=getattr(step.pages, "may_repeat", False))


def _place(number: int, request: Request, windows: list[Window]) -> Any:
    """From where a sync that is stopped goes on."""
    return {"pass": number, "request": msgspec.to_builtins(request), "windows": msgspec.to_builtins(windows)}


def _enriched(
    context: Context, enrich: Callable[..., list[bytes]], page: Page, reader: RowReader
) -> Iterator[LandedRecord]:
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


def _page(reply: Reply, step: ReadStep) -> Page:
    if reply.status in step.no_data:
        return Page(b"[]", "")
    return Page(reply.body, step.records, headers=reply.headers)
