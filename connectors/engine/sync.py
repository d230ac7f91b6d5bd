"""The one loop: window → pages → records → batch. Every stream of every system goes through here."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

import msgspec

from crm360.connectors.engine.anonymise import Anonymiser
from crm360.connectors.engine.connector import Chunk, Context
from crm360.connectors.engine.errors import SET_UP, BadResponse, Crm360Error, TooLong, unexpected
from crm360.connectors.engine.fields import Fields
from crm360.connectors.engine.landing import Batch, Footer, Known, LandedRecord
from crm360.connectors.engine.reading import NOT_AS_PROMISED, read_pages
from crm360.connectors.engine.reconcile import KeyReconciliation, missing_records, pages_shift
from crm360.connectors.engine.request import Request
from crm360.connectors.engine.stream import Window
from crm360.moments import utc_now

log = logging.getLogger("crm360.sync")
ROWS_IN_A_BATCH = 250_000
MOST_OF_A_RECORD = 16 * 2**20  # characters


@dataclass
class Counter:
    """Which rows are new to us, and how many of each kind there were."""

    load: Callable[[], dict[str, Known]]
    footer: Footer
    began: Callable[[], datetime]  # when this sync began: the change time of what tells none
    follows: bool = False
    _known: dict[str, Known] | None = None
    seen: set[int] = field(default_factory=set)
    largest: datetime | None = None
    reads: str = "records"
    without: Anonymiser | None = None
    withheld_before: int = 0
    reads_all: bool = False
    standing: dict[str, bool] = field(default_factory=dict)  # of rows seen in a night of changes: are they there?

    def compare_with(self, load: Callable[[], dict[str, Known]]) -> None:
        """Compare the rows that follow with what this gives."""
        self.load, self._known = load, None

    def keeps(self, row: LandedRecord) -> LandedRecord | None:
        """The row without persons who were forgotten; None, and counted, where it is such a person's own record."""
        kept = self.without.row(row) if self.without is not None else row
        if kept is None:
            self.footer.received += not row.derived
            self.footer.forgotten += not row.derived
        return kept

    @property
    def withheld(self) -> int:
        """Records of forgotten persons that the source goes on to show, as far as is known."""
        if self.without is None:
            return 0
        return len(self.without.dropped) if self.reads_all else max(self.withheld_before, len(self.without.dropped))

    def admits(self, row: LandedRecord) -> LandedRecord | None:
        """The row to land, or None for a duplicate. Counts it either way."""
        footer = self.footer
        footer.received += not row.derived
        if row.record is not None and len(row.record) > MOST_OF_A_RECORD:
            why = f"larger than {MOST_OF_A_RECORD // 2**20} MiB"
            row = msgspec.structs.replace(row, record=None, rejected_because=why)
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

    `context.window` and `context.state` are set here from the newest batch. Raises a Crm360Error, whatever went wrong
    in the stream; then nothing of it is landed and its cursor stays where it was.
    """
    try:
        return _synced(context, max_shrink, progress)
    except Crm360Error as error:
        error.where = error.where or context.where
        error.who = _whose(error, context)
        raise
    except UnicodeError as error:  # a ValueError, but no answer's fault: those are checked where they come in
        raise unexpected(error, context.where) from error
    except NOT_AS_PROMISED as error:
        unexpected(error, context.where)  # for the log
        told = BadResponse("an answer has not the shape that the API promises", where=context.where)
        told.who = _whose(told, context)
        raise told from error
    except Exception as error:
        raise unexpected(error, context.where) from error


def _whose(error: Crm360Error, context: Context) -> str:
    """Who must act: of a stream that crm360.toml describes, its connector was made there, by whoever set it up."""
    is_described = context.connector.declared is not None
    return SET_UP if is_described and error.who == BadResponse.who else error.who


def _synced(context: Context, max_shrink: float, progress: Callable[[int], None]) -> Footer:
    landing, source, stream = context.landing, context.source, context.stream
    started = utc_now()
    context.end = time.monotonic() + context.limits.stream_deadline
    last = landing.newest(source, stream.name)
    upper = (context.session.now if context.session else started) - stream.source_lag
    cursor, resumed = None, None
    if last is not None:
        cursor, context.state = (last.cursor_after if last.complete else last.cursor_before), dict(last.state)
        resumed = last if not last.complete else None
    if context.full_refresh:  # what it shows again are duplicates; the cursor does not go back
        context.state, resumed = {}, None
    lower = cursor - stream.lookback if cursor and stream.cursor and not context.full_refresh else None
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
        is_strict=stream.entity == "mapped",
    )
    batch = _start(context, started, cursor)
    fields = landing.fields(source, stream.name)
    counter = Counter(
        known,
        batch.footer,
        partial(_began, context, started, last),
        follows=sweeps and lower is not None,
        without=context.without,
        withheld_before=last.withheld if last is not None else 0,
        reads_all=gathers,
    )
    context.count_of_live = partial(_count_of_live, context, counter)
    counter.largest = resumed.cursor_after if resumed else None
    before, goes_on = 0, None
    try:
        for chunk in (context.connector.read or read_pages)(context):
            extracted = utc_now()
            context.check_time()
            if chunk.reads == "keys":
                keys.is_due = True
                for row in chunk.rows:
                    if context.without is None or context.without.row(row) is not None:
                        keys.note(row)
                continue
            if chunk.dedup_against_all and shown_again is not None and last is not None:
                shown_again = None
                counter.compare_with(partial(landing.known, source, stream.name, None))
            counter.reads = chunk.reads
            _land(chunk, batch, counter, keys, extracted, fields)
            progress(before + counter.footer.received)
            goes_on = chunk.resume if not gathers else None
            if goes_on is not None and batch.rows >= ROWS_IN_A_BATCH:
                batch.footer.resume = goes_on
                _close(context, batch, counter, fields, complete=False)
                before += batch.footer.received
                batch = _start(context, started, cursor)
                counter.footer = batch.footer
                counter.seen = set()
        if keys.is_due and context.reading != "unchanged":
            while keys.asks_for_all(landing, context, last, counter.standing):
                _read_all(context, batch, counter, keys, fields)
            batch.footer.unseen, batch.footer.passed_over = keys.unseen, keys.passed_over
            if context.source_total is None and "flag" not in stream.deletes and not keys.refused:
                # It has shown all its ids, and none of a deleted record.
                context.source_total = len(keys.all) + counter.withheld
            if keys.refused:  # what was refused may be what seems to be gone
                log.warning("%s: %d records can't be read: nothing counts as deleted", context.where, keys.refused)
            for row in () if keys.refused else missing_records(landing, context.where, keys.all, max_shrink):
                admitted = counter.admits(row)
                if admitted is not None:
                    batch.add(admitted, started)
        return _close(context, batch, counter, fields, complete=True)
    except TooLong:
        if goes_on is not None and batch.rows:  # what has come is kept, and the next run goes on after it
            batch.footer.resume = goes_on
            _close(context, batch, counter, fields, complete=False)
        batch.abandon()
        raise
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


def _land(
    chunk: Chunk, batch: Batch, counter: Counter, keys: KeyReconciliation, extracted: datetime, fields: Fields
) -> None:
    for row in chunk.rows:
        kept = counter.keeps(row)
        if kept is None:
            continue
        keys.show(kept)
        admitted = counter.admits(kept)
        if admitted is not None:
            batch.add(admitted, extracted)
            if admitted.rejected_because is None:
                fields.look(admitted.record)


def _read_all(context: Context, batch: Batch, counter: Counter, keys: KeyReconciliation, fields: Fields) -> None:
    """Everything once more, for what the keys show and the window does not: restored, late, or missed while paging."""
    log.info("%s: %d records are there that no page has shown: everything is read", context.where, len(keys.missing))
    context.window, context.reading, context.resume = Window(None, context.window.upper), "full", None
    counter.compare_with(partial(context.landing.known, context.source, context.stream.name, None))
    for chunk in (context.connector.read or read_pages)(context):
        if chunk.reads == "keys":
            break
        _land(chunk, batch, counter, keys, utc_now(), fields)


def _count_of_live(context: Context, counter: Counter) -> int:
    live = context.landing.live_ids(context.source, context.stream.name)
    for record_id, stands in counter.standing.items():
        live.add(record_id) if stands else live.discard(record_id)
    return len(live) + counter.withheld  # for the source counts them, too


def _start(context: Context, started: datetime, cursor: datetime | None) -> Batch:
    batch = context.landing.start(context.source, context.stream.name, utc_now())
    footer = batch.footer
    footer.started_at, footer.cursor_before = started, cursor
    footer.window_from, footer.window_to = context.window.lower, context.window.upper
    return batch


def _close(context: Context, batch: Batch, counter: Counter, fields: Fields, *, complete: bool) -> Footer:
    footer = batch.footer
    fields.settle()
    if context.stops_at_new_fields:
        fields.refuse_new(context.where)
    footer.schema_changes, batch.fields = list(fields.changes.values()), fields.told()
    fields.changes = {}
    now = utc_now()
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
    counter.reads_all = counter.reads_all and context.reading == "full"
    footer.withheld = counter.withheld
    if footer.source_total is not None:
        footer.source_total -= footer.withheld
    footer.end_proof = context.end_proof if complete else ""
    if footer.received != footer.landed + footer.duplicate + footer.rejected + footer.forgotten:
        raise BadResponse("the counts do not add up; nothing is landed", where=context.where)
    return batch.commit()
