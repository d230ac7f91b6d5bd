"""The pages of a read plan, one step after another: each is asked for, checked, and handed on as rows to land."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from crm360.connectors.engine import salvage
from crm360.connectors.engine.connector import Chunk, Context, ReadStep
from crm360.connectors.engine.errors import SET_UP, BadResponse, TooLong
from crm360.connectors.engine.landing import LandedRecord
from crm360.connectors.engine.page import LoopGuard, Page, refuse_fault
from crm360.connectors.engine.request import Reply, Request
from crm360.connectors.engine.rows import RowReader
from crm360.connectors.engine.stream import Window

# What a connector's own reading of an answer ends in when something is missing from it, or is of another kind.
NOT_AS_PROMISED = (msgspec.MsgspecError, LookupError, TypeError, AttributeError, ValueError, RecursionError)
# How APIs answer where a page is asked for beyond the last one, if not by an empty one.
BEYOND_THE_END = (400, 404, 416, 422)
NEVER_SHOWN = "correct it, or say absent_is_end = true where the API leaves it out when there is one page only"


def read_pages(context: Context) -> Iterator[Chunk]:
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
    landmark = getattr(step.pages, "landmark", "")
    shown = not landmark or resume is not None
    doubts = getattr(step.pages, "is_doubted", None)
    is_doubted = resume is not None and bool(resume.get("doubted"))  # the page before may have been the last one
    while request is not None:
        over = BEYOND_THE_END if is_doubted else ()
        reply, at_hand = at_hand or context.http.send(request, context.where, (*allowed, *over)), None
        context.pages += 1
        if context.pages > context.limits.max_pages:
            raise TooLong(f"more than {context.limits.max_pages:,} pages in one run", where=context.where)
        if query_limit is not None and reply.status == query_limit.status:
            halves = query_limit.halves(windows[0]) if query_limit.text in reply.body else None
            if halves is None:
                raise BadResponse(f"HTTP {reply.status}", where=context.where)
            windows[:1] = halves
            request, guard = query_limit.ask(windows[0]), _guard(step)
            continue
        is_over = reply.status in (*step.no_data, *over)
        page = Page(b"[]", "") if is_over else _page(reply, step)
        refuse_fault(page)
        guard.check(request, page)
        shown = shown or not page.records or page.has(landmark)
        if step.notes is not None:
            step.notes(context, page)
        if step.counts is not None and step.reads == "records" and context.pages == 1:
            told = page.get(step.counts)
            context.source_count = told if isinstance(told, int) else None
        if step.enrich is not None and page.records:
            rows = _enriched(context, step, page, reader)
        else:
            _refuse_unfinished(step, [page.list_of_records])
            rows = reader.rows(page.records, page.list_of_records)
        after = None if is_over else step.pages.next(request, page)
        is_doubted = after is not None and doubts is not None and doubts(request, page)
        if after is None and not shown:
            told = f"no page has '{landmark}', by which the next one is to be found: {NEVER_SHOWN}"
            raise BadResponse(told, where=context.where, who=SET_UP)
        if after is None and len(windows) > 1 and query_limit is not None:
            del windows[0]
            after, guard = query_limit.ask(windows[0]), _guard(step)
        yield Chunk(rows, step.reads, None if after is None else _place(number, after, windows, is_doubted))
        request = after


def _guard(step: ReadStep) -> LoopGuard:
    return LoopGuard(step.empty_pages, may_repeat=getattr(step.pages, "may_repeat", False))


def _place(number: int, request: Request, windows: list[Window], is_doubted: bool) -> Any:
    """From where a sync that is stopped goes on."""
    place = {"pass": number, "request": msgspec.to_builtins(request), "windows": msgspec.to_builtins(windows)}
    return place | {"doubted": True} if is_doubted else place


def _refuse_unfinished(step: ReadStep, records: Iterable[bytes | msgspec.Raw]) -> None:
    """Raise BadResponse where a list inside a record has further pages that nobody has read."""
    if step.unfinished is not None and any(step.unfinished.search(memoryview(r)) for r in records):
        raise BadResponse("a record holds a list that goes on, and the rest of it was not read")


def _enriched(context: Context, step: ReadStep, page: Page, reader: RowReader) -> Iterator[LandedRecord]:
    """The rows of a page that its connector completes first. What the connector can't read is held back."""
    assert step.enrich is not None
    enrich = step.enrich
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
    _refuse_unfinished(step, whole)
    yield from reader.rows(whole)
    for row in reader.rows([r for r in records if r not in set(sound)] if len(sound) < len(records) else ()):
        yield msgspec.structs.replace(row, rejected_because=row.rejected_because or "can't be completed: a number")


def _page(reply: Reply, step: ReadStep) -> Page:
    return Page(reply.body, step.records, headers=reply.headers, may_lack=step.may_lack)
