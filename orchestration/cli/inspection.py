"""`crm360 check` and `crm360 status`: what can be reached, and what has happened. Neither changes anything."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from crm360 import duck
from crm360.connectors.engine.errors import LandingError
from crm360.connectors.engine.landing import Landing
from crm360.orchestration.alerts.channels import Undelivered
from crm360.orchestration.alerts.deliver import undelivered
from crm360.orchestration.catalog.landed import show_landed
from crm360.orchestration.cli.console import Console
from crm360.orchestration.plan.check import SourceSeen, look_at_all, verdict
from crm360.orchestration.plan.project import whole_project
from crm360.orchestration.publish import manifest as manifests
from crm360.orchestration.publish.rollback import rolled_back
from crm360.orchestration.push import results
from crm360.orchestration.run import dirt, pausing, runs
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


def show_status(config: Config, console: Console, as_json: bool = False) -> int:
    """Print what footers, run records and the manifest say.

    Returns 0, 3 if a stream is stale, 7 if an alert was not delivered.
    """
    if not as_json:
        _show_published(config, console)
    records = runs.read(config.runs, 5)
    working = runs.is_working(config.data)
    rows = []
    for number, r in enumerate(records):
        killed = r.finished_at is None and not (working and number == 0)
        outcome = "was killed" if killed else r.outcome
        rows.append((_time(r.started_at), outcome, r.received, r.landed, r.duplicate, r.rejected, r.deleted))
    counts = ["received", "landed", "duplicate", "rejected", "deleted"]
    if not as_json:
        console.table("Last runs (UTC)", ["started", "outcome", *counts], rows)
        for r in records[:1]:
            if r.message:
                console.line(f"Last run: {r.message}")
        console.line()
    facts = {f"{f.source}/{f.stream}": f for f in source_facts(config)}
    behind = {name for name, f in facts.items() if f.error}
    landing = Landing(config.landing)
    streams, damaged, paused = [], [], pausing.read(config)
    for source in config.sources:
        for stream in source.streams:
            name = f"{source.name}/{stream.name}"
            batches, damage = landing.standing(source.name, stream.name)
            if damage is not None:
                damaged.append(str(damage))
            if not batches:
                streams.append((name, "damaged" if damage else "never pulled", "", 0, 0, 0, 0))
                continue
            last = batches[-1][1]
            state = (
                "paused"
                if source.name in paused
                else "stale"
                if name in behind
                else "fresh"
                if last.complete
                else "half read"
            )
            state = "damaged" if damage else state
            streams.append(
                (name, state, _time(last.finished_at), last.received, last.landed, last.duplicate, last.rejected)
            )
    names = ["stream", "state", "at", "received", "landed", "duplicate", "rejected"]
    held = _held_back(config)
    unread = [] if working else dirt.last_parse_errors(config.warehouse)
    untold = undelivered(config)
    off = runs.anomalies(runs.read(config.runs, None))
    code = LandingError.exit_code if damaged else UNREACHABLE if behind else Undelivered.exit_code if untold else 0
    if as_json:
        manifest = manifests.current(config.published)
        told = {
            "ok": code == 0,
            "published": None if manifest is None else {k: manifest[k] for k in ("version", "as_of")},
            "rolled_back": rolled_back(config.published),
            "runs": [dict(zip(["started", "outcome", *counts], row, strict=True)) for row in rows],
            "streams": [dict(zip(names, row, strict=True)) for row in streams],
            "rejected": [dict(zip(["stream", "because", "records"], row, strict=True)) for row in held],
            "unreadable": [found._asdict() for found in unread],
            "anomalies": off,
            "damaged": damaged,
            "paused": {name: told.since for name, told in paused.items()},
            "undelivered": untold,
            "pushes": results.read(config),
        }
        console.json(told)
        return code
    console.table("Streams, as last pulled", names, streams)
    pushed = [(name, _time(r.at), r.what or r.sentence) for name, r in results.read(config).items()]
    if pushed:
        console.table("Pushes, the last of each", ["push", "at", "how it went"], pushed)
    for sentence in [*damaged, *(f"An alert could not be delivered: {why}" for why in untold)]:
        console.line(sentence)
    if held:
        console.line()
        console.table("Held back", ["stream", "records", "because"], [(s, n, why) for s, why, n in held])
    if off:
        console.line()
        console.table("Figures far off what they were, in the last audit", ["where", "what"], list(off.items()))
    if unread:
        console.line()
        columns = ["stream", "field", "records", "quarantined", "of", "such as"]
        shown = [(f"{u.source}/{u.stream}", u.field, u.records_with, u.quarantined, u.records, u.shape) for u in unread]
        console.table("Values that could not be read, in the last build", columns, shown)
    return code


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
        if back := rolled_back(config.published):
            console.line(f"           rolled back from {back['from']} on {back['at'].replace('T', ' ')} UTC")
    console.line()


def _held_back(config: Config) -> list[tuple[str, str, int]]:
    """What landing refused and has not been put right since: by stream and reason, how many."""
    with duck.connect() as con:
        show_landed(con, config.landing, [s.name for s in config.sources])
        sql = """select source || '/' || stream,
                     case when count(*) = 1 then any_value(rejected_because)
                         else any_value(split_part(rejected_because, ': ', 1)) end,
                     count(*)
                 from landing.rejections where resolved_at is null
                 group by 1, split_part(rejected_because, ': ', 1) order by 1, 3 desc"""
        return [(stream, why, n) for stream, why, n in con.execute(sql).fetchall()]


def _time(time: datetime | None) -> str:
    return f"{time:%Y-%m-%d %H:%M}" if time else ""
