"""`crm360 check`: can each source be reached, and what would become of its first records? Changes nothing.

One or two requests a stream, sources side by side. Where records come, they go through the mapping as a run would send
them: a source that answers well and of which nothing could be used is not well.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from crm360.connectors.engine.connector import LAST_PAGE
from crm360.connectors.engine.errors import AccessDenied, AuthError, BadResponse, Crm360Error, FileProblem, Unreachable
from crm360.connectors.engine.landing import LandedRecord, Landing
from crm360.connectors.engine.mapped import near
from crm360.connectors.engine.page import Page
from crm360.connectors.engine.pagination import Numbered, Offset, SinceThenOffset
from crm360.connectors.engine.rows import RowReader
from crm360.connectors.engine.stream import Stream, Window
from crm360.connectors.systems.files import FileTable, found
from crm360.orchestration.plan import content, locale_guess
from crm360.orchestration.run import runs
from crm360.orchestration.run.pull import SOURCES_AT_ONCE, context_for, session_for
from crm360.orchestration.settings.config import Config, Source

PULLED = ("ok", "later")
GOOD = (*PULLED, "skipped")  # what the account lacks is no fault of the source, here as in the night
RECORDS = 10_000  # of a stream that is read in pieces
SECONDS = 10.0  # in which they come, or fewer are looked at


@dataclass(frozen=True)
class Seen:
    """What a first look at one stream showed. `answer` is a short word, `records` a count or "" where nobody says.

    `lines` are proposed for the stream's table in crm360.toml, `open` is what only a person can decide.
    """

    stream: str
    answer: str
    becomes: str
    records: int | str
    detail: str
    lines: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    currencies: frozenset[str] = frozenset()


@dataclass(frozen=True)
class SourceSeen:
    """One source, and what its streams showed."""

    source: str
    address: str
    streams: list[Seen]

    @property
    def is_good(self) -> bool:
        """Whether all of its streams can be pulled, and would be understood."""
        return all(s.answer in GOOD for s in self.streams)


def look_at_all(config: Config, wanted: set[tuple[str, str]]) -> list[SourceSeen]:
    """Look at every wanted (source, stream), sources side by side."""
    jobs = [(s, [t for t in s.streams if (s.name, t.name) in wanted]) for s in config.sources]
    jobs = [(source, streams) for source, streams in jobs if streams]
    with ThreadPoolExecutor(max_workers=SOURCES_AT_ONCE) as pool:
        looked = pool.map(lambda job: look(job[0], job[1], config.data / "tokens"), jobs)
        return [SourceSeen(s.name, _address(s), seen) for (s, _), seen in zip(jobs, looked, strict=True)]


def _address(source: Source) -> str:
    places = (source.settings.get(name) for name in ("base_url", "host", "url"))
    return next(filter(None, places), "on this machine")


def verdict(seen: list[Seen]) -> str:
    """The whole source in a few words: reachable, authorised, how many of its streams can be pulled."""
    answers = [s.answer for s in seen]
    for answer, words in (("not set up", "not set up"), ("unreachable", "not reachable")):
        if answer in answers:
            return words
    if "unauthorised" in answers:
        return "reachable, the credentials are refused"
    pulled, skipped = (sum(a in words for a in answers) for words in (PULLED, ("skipped",)))
    which = "all" if pulled == len(seen) else f"{pulled} of"
    more = f", {skipped} skipped" if skipped else ""
    return f"reachable, authorised, {which} {len(seen)} streams can be pulled{more}"


def look(source: Source, streams: Iterable[Stream], tokens: Path) -> list[Seen]:
    """One or two requests a stream, landing nothing."""
    seen: list[Seen] = []
    fatal: Crm360Error | None = None
    try:
        session = session_for(source, tokens)
    except Crm360Error as error:
        return [Seen(s.name, "not set up", _becomes(source, s), "", error.what) for s in streams]
    with TemporaryDirectory() as nowhere:
        for stream in streams:
            becomes = _becomes(source, stream)
            if fatal is not None:
                seen.append(Seen(stream.name, _word(fatal), becomes, "", fatal.what))
                continue
            try:
                seen.append(_first_records(source, stream, Path(nowhere), session))
            except Crm360Error as error:
                needs = f"; it needs {stream.needs}" if isinstance(error, AccessDenied) and stream.needs else ""
                lines = _how_it_is_written(source, stream) if isinstance(error, FileProblem) else ()
                seen.append(Seen(stream.name, _word(error), becomes, "", f"{error.what}{needs}", lines))
                fatal = error if isinstance(error, AuthError | Unreachable) else None
    return seen


def _becomes(source: Source, stream: Stream) -> str:
    mapped = [m["entity"] for m in source.mappings if m["stream"] == stream.name]
    return ", ".join(mapped) or stream.entity


def _word(error: Crm360Error) -> str:
    words = {AuthError: "unauthorised", AccessDenied: "forbidden", Unreachable: "unreachable"}
    return next((word for kind, word in words.items() if isinstance(error, kind)), "failed")


def _first_records(source: Source, stream: Stream, nowhere: Path, session: Any) -> Seen:
    context = context_for(source, stream, Landing(nowhere), session)
    context.window = Window(None, session.now if session is not None else runs.utc_now())
    becomes = _becomes(source, stream)
    if source.connector.read is not None:
        rows = list(_some(source.connector.read(context)))
        return _judged(source, stream, rows, context.source_count or "", f"{len(rows):,} in the first piece")
    assert source.connector.read_plan is not None
    first = next(iter(source.connector.read_plan(context)), None)
    if first is None and stream.parent is None and context.end_proof == LAST_PAGE:
        return Seen(stream.name, "ok", becomes, 0, "there is nothing to ask for")
    if first is None and stream.parent is None:
        needs = f"; it needs {stream.needs}" if stream.needs else ""
        return Seen(stream.name, "skipped", becomes, "", f"{context.end_proof.removeprefix('skipped: ')}{needs}")
    if first is None:
        return Seen(stream.name, "later", becomes, "", f"is read for each of {stream.parent}")
    reply = first.first or session.send(first.request, context.where, first.no_data)
    if reply.status in first.no_data:
        return Seen(stream.name, "ok", becomes, 0, "")
    page = Page(reply.body, first.records, headers=reply.headers)
    if first.notes is not None and source.connector.declared is not None:
        first.notes(context, page)
    context.window = Window(None, session.now)  # by now the source's clock is known
    landmark = getattr(first.pages, "landmark", "")
    if landmark and page.records and not page.has(landmark):
        told = f"the answer has no {landmark!r} for the next page (absent_is_end = true if it may lack)"
        raise BadResponse(f"{told}{near(landmark, page.around(first.records))}", where=context.where)
    is_last = first.pages.next(first.request, page) is None  # raises where the answer is silent about its end
    is_last = is_last or (isinstance(first.pages, Numbered) and first.pages.is_doubted(first.request, page))
    # Asked even where one page holds all: what is in the bin may be on it too.
    total = source.connector.count(context) if source.connector.count is not None else None
    if total is None and is_last:
        total = len(page.records)
    if total is None:
        path = first.counts or (first.pages.total if isinstance(first.pages, Offset | SinceThenOffset) else None)
        total = page.get(path) if path is not None else None
    rows = list(RowReader(first.row).rows(page.records, page.list_of_records)) if first.enrich is None else []
    if isinstance(total, int):
        return _judged(source, stream, rows, total, "")
    return _judged(source, stream, rows, "", f"{len(page.records):,} on the first page, and more")


def _some(chunks: Iterator[Any]) -> Iterator[LandedRecord]:
    """The rows of the first pieces."""
    count, begun = 0, time.monotonic()
    for chunk in chunks:
        for row in chunk.rows if chunk.reads == "records" else ():
            count += 1
            yield row
        if count >= RECORDS or time.monotonic() - begun > SECONDS:
            return


def _judged(source: Source, stream: Stream, rows: list[LandedRecord], records: int | str, note: str) -> Seen:
    """What the rows would become: through the mapping, or of a vendor's stream how many can be read at all."""
    mappings = [m for m in source.mappings if m["stream"] == stream.name]
    judged = content.judge(rows, mappings, source.options.get(stream.name, {}).get("mapped", ()))
    limit = source.limit(stream.name)
    told = [note] if note else []
    if rows and (mappings or judged.landed < judged.received):
        told.append(judged.detail)
    answer = "ok"
    if rows and judged.fails(limit):
        answer = "rejected" if judged.landed == 0 else "unreadable" if judged.unreadable else "failed"
        answer = "failed" if judged.absent else answer
    lines, open_ = tuple(content.merged(judged.lines)), tuple(judged.open)
    becomes = _becomes(source, stream)
    return Seen(stream.name, answer, becomes, records, "; ".join(told), lines, open_, frozenset(judged.currencies))


def _how_it_is_written(source: Source, stream: Stream) -> tuple[str, ...]:
    """The lines that a file that could not be read seems to need."""
    options = source.options.get(stream.name, {})
    table = options.get("stream")
    if not isinstance(table, FileTable):
        return ()
    try:
        paths = found(table.path, options["base"], stream.name)
    except Crm360Error:
        return ()
    return tuple(locale_guess.dialect_lines(paths[0], table.dialect("csv"), set(options.get("mapped", ()))))
