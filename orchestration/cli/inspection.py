"""`crm360 check` and `crm360 status`: what can be reached, and what has happened. Neither changes anything."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from crm360.connectors.engine.errors import AccessDenied, AuthError, Crm360Error, LandingError, Unreachable
from crm360.connectors.engine.landing import Landing
from crm360.connectors.engine.page import Page
from crm360.connectors.engine.pagination import Offset, SinceThenOffset
from crm360.connectors.engine.stream import Stream, Window
from crm360.orchestration.catalog.landed import show_landed
from crm360.orchestration.cli.console import Console
from crm360.orchestration.publish import manifest as manifests
from crm360.orchestration.run import runs
from crm360.orchestration.run.pull import choose, context_for, session_for
from crm360.orchestration.run.pulled import source_facts
from crm360.orchestration.settings.config import Config, Source

UNREACHABLE = 3
GOOD = ("ok", "later")


@dataclass(frozen=True)
class Seen:
    """What a first look at one stream showed. `answer` is a short word, `records` a count or "" where nobody says."""

    stream: str
    answer: str
    becomes: str
    records: int | str
    detail: str


def check_sources(config: Config, names: Iterable[str], console: Console) -> int:
    """Look at the first page of every stream. Returns 0 if all can be pulled, 3 otherwise."""
    wanted = set(choose(config, names)) or {(s.name, t.name) for s in config.sources for t in s.streams}
    all_good = True
    for source in config.sources:
        streams = [s for s in source.streams if (source.name, s.name) in wanted]
        if streams:
            seen = look(source, streams, config.data / "tokens")
            all_good = all_good and all(s.answer in GOOD for s in seen)
            places = (source.settings.get(name) for name in ("base_url", "host", "url"))
            address = next(filter(None, places), "on this machine")
            console.table(
                f"{source.name} ({address}): {_verdict(seen)}",
                ["stream", "answer", "becomes", "records", "detail"],
                [(s.stream, s.answer, s.becomes, s.records, s.detail) for s in seen],
            )
            console.line()
    return 0 if all_good else UNREACHABLE


def _verdict(seen: list[Seen]) -> str:
    """The whole source in a few words: reachable, authorised, how many of its streams can be pulled."""
    answers = [s.answer for s in seen]
    for answer, words in (("not set up", "not set up"), ("unreachable", "not reachable")):
        if answer in answers:
            return words
    if "unauthorised" in answers:
        return "reachable, the credentials are refused"
    good = sum(a in GOOD for a in answers)
    which = "all" if good == len(seen) else f"{good} of"
    return f"reachable, authorised, {which} {len(seen)} streams can be pulled"


def look(source: Source, streams: Iterable[Stream], tokens: Path) -> list[Seen]:
    """One or two requests a stream, landing nothing."""
    seen: list[Seen] = []
    hopeless: Crm360Error | None = None
    try:
        session = session_for(source, tokens)
    except Crm360Error as error:
        return [Seen(s.name, "not set up", _becomes(source, s), "", error.what) for s in streams]
    with TemporaryDirectory() as nowhere:
        for stream in streams:
            becomes = _becomes(source, stream)
            if hopeless is not None:
                seen.append(Seen(stream.name, _word(hopeless), becomes, "", hopeless.what))
                continue
            try:
                seen.append(_first_page(source, stream, Path(nowhere), session))
            except Crm360Error as error:
                needs = f"; it needs {stream.needs}" if isinstance(error, AccessDenied) and stream.needs else ""
                seen.append(Seen(stream.name, _word(error), becomes, "", f"{error.what}{needs}"))
                hopeless = error if isinstance(error, AuthError | Unreachable) else None
    return seen


def _becomes(source: Source, stream: Stream) -> str:
    mapped = [m["entity"] for m in source.mappings if m["stream"] == stream.name]
    return ", ".join(mapped) or stream.entity


def _word(error: Crm360Error) -> str:
    words = {AuthError: "unauthorised", AccessDenied: "forbidden", Unreachable: "unreachable"}
    return words.get(type(error), "failed")  # type: ignore[arg-type]


def _first_page(source: Source, stream: Stream, nowhere: Path, session: Any) -> Seen:
    context = context_for(source, stream, Landing(nowhere), session)
    context.window = Window(None, session.now if session is not None else runs.utc_now())
    becomes = _becomes(source, stream)
    if source.connector.read is not None:
        chunk = next(iter(source.connector.read(context)))
        rows = sum(1 for _ in chunk.rows)
        return Seen(stream.name, "ok", becomes, context.source_count or "", f"{rows:,} in the first piece")
    assert source.connector.read_plan is not None
    first = next(iter(source.connector.read_plan(context)), None)
    if first is None:
        return Seen(stream.name, "later", becomes, "", f"is read for each of {stream.parent}")
    reply = session.send(first.request, context.where, first.no_data)
    if reply.status in first.no_data:
        return Seen(stream.name, "ok", becomes, 0, "")
    page = Page(reply.body, first.records, headers=reply.headers)
    context.window = Window(None, session.now)  # by now the source's clock is known
    # Asked even where one page holds all: what is in the bin may be on it too.
    total = source.connector.count(context) if source.connector.count is not None else None
    if total is None and first.pages.next(first.request, page) is None:
        total = len(page.records)
    if total is None:
        path = first.counts or (first.pages.total if isinstance(first.pages, Offset | SinceThenOffset) else None)
        total = page.get(path) if path is not None else None
    if isinstance(total, int):
        return Seen(stream.name, "ok", becomes, total, "")
    return Seen(stream.name, "ok", becomes, "", f"{len(page.records):,} on the first page, and more")


def show_status(config: Config, console: Console) -> int:
    """Print what footers, run records and the manifest say. Returns 0, or 3 if a stream is stale."""
    _show_published(config, console)
    records = runs.read(config.runs, 5)
    working = runs.is_working(config.data)
    rows = []
    for number, r in enumerate(records):
        killed = r.outcome == "working" and not (working and number == 0)
        outcome = "was killed" if killed else r.outcome
        rows.append((_time(r.started_at), outcome, r.received, r.landed, r.duplicate, r.rejected, r.deleted))
    counts = ["received", "landed", "duplicate", "rejected", "deleted"]
    console.table("Last runs (UTC)", ["started", "outcome", *counts], rows)
    for r in records[:1]:
        if r.message:
            console.line(f"Last run: {r.message}")
    console.line()
    facts = {f"{f.source}/{f.stream}": f for f in source_facts(config)}
    behind = {name for name, f in facts.items() if f.error}
    landing = Landing(config.landing)
    streams, damaged = [], []
    for source in config.sources:
        for stream in source.streams:
            name = f"{source.name}/{stream.name}"
            try:
                last = landing.newest(source.name, stream.name)
            except LandingError as error:
                damaged.append(str(error))
                streams.append((name, "damaged", "", 0, 0, 0, 0))
                continue
            if last is None:
                streams.append((name, "never pulled", "", 0, 0, 0, 0))
                continue
            state = "stale" if name in behind else "fresh" if last.complete else "half read"
            streams.append(
                (name, state, _time(last.finished_at), last.received, last.landed, last.duplicate, last.rejected)
            )
    console.table(
        "Streams, as last pulled", ["stream", "state", "at", "received", "landed", "duplicate", "rejected"], streams
    )
    for sentence in damaged:
        console.line(sentence)
    held = [] if damaged else _held_back(config)
    if held:
        console.line()
        console.table("Held back", ["stream", "because", "records"], held)
    return LandingError.exit_code if damaged else UNREACHABLE if behind else 0


def _show_published(config: Config, console: Console) -> None:
    path = config.published / "current" / manifests.NAME
    manifest = manifests.current(config.published)
    if manifest is None:
        damaged = "A version is published, and its manifest.json can't be read: the next run publishes anew."
        console.line(damaged if path.parent.exists() else "Nothing is published yet.")
    else:
        rows = sum(t["rows"] for t in manifest["tables"].values())
        holds = f"{len(manifest['tables'])} tables, {rows:,} rows"
        console.line(f"Published: {manifest['version']}, as of {manifest['as_of']}, {holds}")
        console.line(f"           {path.parent / 'customer_360.duckdb'}")
    console.line()


def _held_back(config: Config) -> list[tuple[str, str, int]]:
    """What landing refused and has not been put right since: by stream and reason, how many."""
    with duckdb.connect() as con:
        show_landed(con, config.landing, [s.name for s in config.sources])
        sql = """select source || '/' || stream, rejected_because, count(distinct coalesce(record_id, batch_id))
                 from landing.rejections where resolved_at is null group by 1, 2 order by 1, 3 desc"""
        return [(stream, why, n) for stream, why, n in con.execute(sql).fetchall()]


def _time(time: datetime | None) -> str:
    return f"{time:%Y-%m-%d %H:%M}" if time else ""
