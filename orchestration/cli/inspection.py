"""`crm360 check` and `crm360 status`: what can be reached, and what has happened. Neither changes anything."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import duckdb

from crm360.connectors.engine.errors import LandingError
from crm360.connectors.engine.landing import Landing
from crm360.orchestration.catalog.landed import show_landed
from crm360.orchestration.cli.console import Console
from crm360.orchestration.plan.check import SourceSeen, look_at_all, verdict
from crm360.orchestration.plan.project import whole_project
from crm360.orchestration.publish import manifest as manifests
from crm360.orchestration.run import runs
from crm360.orchestration.run.pull import choose
from crm360.orchestration.run.pulled import source_facts
from crm360.orchestration.settings.config import Config

UNREACHABLE = 3


def check_sources(config: Config, names: Iterable[str], console: Console, as_json: bool = False) -> int:
    """Look at the first records of every stream. Returns 0 if all can be pulled and understood, 3 otherwise."""
    wanted = set(choose(config, names)) or {(s.name, t.name) for s in config.sources for t in s.streams}
    seen = look_at_all(config, wanted)
    problems = whole_project(config, {c for s in seen for t in s.streams for c in t.currencies})
    is_good = all(s.is_good for s in seen) and not any(p.is_wrong for p in problems)
    if as_json:
        told = {
            "ok": is_good,
            "sources": [{"source": s.source, "verdict": verdict(s.streams), "streams": s.streams} for s in seen],
            "project": problems,
        }
        console.json(told)
        return 0 if is_good else UNREACHABLE
    for source in seen:
        console.table(
            f"{source.source} ({source.address}): {verdict(source.streams)}",
            ["stream", "answer", "becomes", "records", "detail"],
            [(s.stream, s.answer, s.becomes, s.records, s.detail) for s in source.streams],
        )
        _show_proposals(source, console)
        console.line()
    for problem in problems:
        console.line(f"{'wrong' if problem.is_wrong else 'note '}   {problem.sentence}")
    return 0 if is_good else UNREACHABLE


def _show_proposals(source: SourceSeen, console: Console) -> None:
    """The lines that crm360.toml seems to lack, as they can be pasted."""
    for stream in source.streams:
        if stream.lines:
            console.line(f"add to [sources.{source.source}.streams.{stream.stream}] in crm360.toml:")
            for line in stream.lines:
                console.line(f"    {line}")
        for question in stream.open:
            console.line(f"decide for {source.source}/{stream.stream}: {question}")


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
