"""What is on the shelf: versions, the way back to one, and what differs between two."""

from __future__ import annotations

from dataclasses import asdict

from crm360.moments import utc_now
from crm360.orchestration.cli.console import Console
from crm360.orchestration.privacy import withdrawn
from crm360.orchestration.publish import diff, moved, rollback, versions
from crm360.orchestration.publish.postgres import follow
from crm360.orchestration.publish.postgres.errors import PostgresFailed
from crm360.orchestration.settings.config import Config

SHOWN_COLUMNS = 8  # of one table
SHOWN_MOVES = 20


def show_versions(config: Config, console: Console, as_json: bool = False) -> int:
    """Print the versions that are kept, newest first."""
    kept = rollback.listed(config.published)
    back = rollback.rolled_back(config.published)
    if as_json:
        console.json({"versions": [asdict(seen) for seen in kept], "rolled_back": back})
        return 0
    if not kept:
        console.line("Nothing is published yet.")
        return 0
    rows = [
        (seen.version, seen.as_of, seen.tables, seen.rows, "current" if seen.is_current else seen.damage)
        for seen in kept
    ]
    console.table("Published versions", ["version", "as of", "tables", "rows", ""], rows)
    if back:
        console.line(f"Rolled back from {back['from']} on {back['at'].replace('T', ' ')} UTC.")
    return 0


def roll_back(config: Config, console: Console, version: str, as_json: bool = False) -> int:
    """Make a kept version the one that readers see, without those who have withdrawn their consent since."""
    told = rollback.rolled_back(config.published)
    before = rollback.show_again(config.published, version)
    try:
        follow.follow(config)
    except PostgresFailed:
        rollback.take_back(config.published, before, told)
        raise
    if withdrawn.take_effect(config, utc_now()):
        version = versions.current(config.published) or version
        rollback.mark(config.published, before, version)
        follow.follow(config)
    if as_json:
        console.json({"ok": True, "version": version, "in_place_of": before})
        return 0
    console.line(f"publish {version} again, in place of {before}; the next run publishes anew")
    return 0


def show_held(config: Config, console: Console) -> int:
    """After a run that publishes nothing: what publishing it would change."""
    if rollback.listed(config.published):
        console.line()
        show_diff(config, console, diff.CURRENT, diff.CANDIDATE)
        console.line()
    console.line("held    nothing is published: crm360 publish does it")
    return 0


def show_diff(config: Config, console: Console, before: str, after: str, as_json: bool = False) -> int:
    """Print what differs between two versions, by table, column and segment."""
    found = diff.compare(config.published, config.warehouse, before, after)
    if as_json:
        segments = [
            {"dimension": dimension, "segment": segment, "entered": entered, "left": left}
            for (dimension, segment), (entered, left) in found.segments.items()
        ]
        console.json({**asdict(found), "segments": segments})
        return 0
    console.line(f"{found.before} → {found.after}: {len(found.tables)} tables differ, {found.same} are the same")
    for table in found.tables:
        console.line()
        console.line(_told(table))
        for column in table.columns[:SHOWN_COLUMNS]:
            moved = f", by {column.moved} in all" if column.moved else ""
            console.line(f"    {column.column}: {column.changed:,} rows{moved}; such as {', '.join(column.examples)}")
        if len(table.columns) > SHOWN_COLUMNS:
            console.line(f"    and {len(table.columns) - SHOWN_COLUMNS} more columns")
        for word, names in (("new", table.new_columns), ("gone", table.gone_columns)):
            if names:
                console.line(f"    {word} columns: {', '.join(names)}")
    if found.segments:
        console.line()
        rows = [
            (dimension, segment, f"+{entered}", f"-{left}")
            for (dimension, segment), (entered, left) in found.segments.items()
        ]
        console.table("Customers who entered and left", ["dimension", "segment", "entered", "left"], rows)
    if found.moves:
        console.line()
        moves = [
            (m.dimension, ", ".join(m.left) or "–", ", ".join(m.entered) or "–", m.customers, ", ".join(m.examples))
            for m in found.moves[:SHOWN_MOVES]
        ]
        more = f"; {len(found.moves) - SHOWN_MOVES} smaller groups more" if len(found.moves) > SHOWN_MOVES else ""
        columns = ["dimension", "from", "to", "customers", "such as"]
        console.table(f"Customers who changed segment{more}", columns, moves)
    if found.metrics:
        console.line()
        metrics = [(m.metric, _figure(m.before), _figure(m.after), _figure(m.moved), _share(m)) for m in found.metrics]
        console.table("Metrics that moved", ["metric", "before", "after", "by", ""], metrics)
    return 0


def _figure(value: int | str | None) -> str:
    return "–" if value is None else f"{value:,}" if isinstance(value, int) else value


def _share(move: moved.MetricMove) -> str:
    return "" if move.share is None else f"{move.share:+.1%}"


def _told(table: diff.TableDiff) -> str:
    if table.before is None or table.after is None:
        return f"{table.table}: {'new' if table.before is None else 'gone'}, {table.after or table.before or 0:,} rows"
    parts = [f"{table.before:,} → {table.after:,} rows", f"{table.added:,} new", f"{table.gone:,} gone"]
    if table.changed is not None:
        parts.append(f"{table.changed:,} changed")
    return f"{table.table}: {', '.join(parts)}"
