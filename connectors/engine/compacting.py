"""What keeps landing from growing by the night: small batches become yearly ones, old versions go by a limit.

A night lands a batch a stream, however little came. Those that are older than RECENT are put together, once there are
enough of them: a batch of a year has all their rows, each with the batch it came in, and remembers what their footers
said (`folded`), so that the history of the syncs is what it was. The newest batch is never touched: it holds the state.

With a retention, rows go that nothing is read from any longer: versions that have been outdated for so long, and all
of records that have been deleted for so long. What says that one record was merged into another stays, without content.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from crm360 import duck, durable
from crm360.connectors.engine.batch import Footer, LandedRecord
from crm360.connectors.engine.landing import Landing
from crm360.connectors.engine.rewriting import Piece, rewrite
from crm360.quoting import literals

RECENT = timedelta(days=35)  # batches that nothing is done with: runs, alerts and people still speak of them
TOGETHER = 30  # so many small batches of a year are put together at once, and the last ones when the year is over
SMALL, LARGEST = 8 * 2**20, 64 * 2**20  # bytes of a batch that is put into another, and of what comes out
RETENTION_EVERY = timedelta(days=7)  # all of a stream has to be looked through for it
LOOKED = ".retained"  # beside the batches: when that was done last, by its time
SUMS = ("pages", "received", "landed", "duplicate", "rejected", "derived", "deleted", "reread", "forgotten")
SUMS_OF_REWRITING = ("erased", "anonymised")
# What is remembered of a batch: what its history is told by, and the changes of its records' fields.
REMEMBERED = (
    *(
        "batch_id",
        "started_at",
        "finished_at",
        "source_time",
        "window_from",
        "window_to",
        "source_count",
        "source_total",
    ),
    *("reading", "complete", *SUMS, "removed", "schema_changes"),
)


class Name(NamedTuple):
    """By what a row is told from all others of its stream."""

    record_id: str | None
    changed_at: datetime | None
    extracted_at: datetime
    batch_id: str
    is_deleted: bool
    is_merged: bool
    is_refused: bool


@dataclass
class Compacted:
    """What was done to a stream: batches that are in others now, and rows that were not kept."""

    batches: int = 0
    rows: int = 0


def compact(landing: Landing, source: str, stream: str, now: datetime, keep_days: int | None = None) -> Compacted:
    """Put a stream's old small batches together, and with `keep_days` take out what is older. Raises LandingError."""
    folder, done = landing.folder(source, stream), Compacted()
    retains = keep_days is not None and _is_due(folder / LOOKED, now)
    if not retains and sum(1 for _ in folder.glob("*.parquet")) < TOGETHER:
        return done
    footers = landing.footers(source, stream)
    dropped = _not_kept(footers, now - timedelta(days=keep_days)) if keep_days is not None and retains else {}
    pieces = [_piece(group, dropped, done) for group in _groups(footers, now)]
    rewrite(folder, pieces)
    if retains and folder.is_dir():
        durable.write(folder / LOOKED, now.isoformat().encode())
    return done


def _groups(footers: list[tuple[Path, Footer]], now: datetime) -> list[list[tuple[Path, Footer]]]:
    """The batches in their order, those together that are put into one."""
    year_of_the_newest_old = (now - RECENT).year

    def kind(numbered: tuple[int, tuple[Path, Footer]]) -> tuple[int, bool]:
        number, (path, footer) = numbered
        is_old = number < len(footers) - 1 and footer.sequence > 0 and footer.started_at < now - RECENT
        return footer.started_at.year, is_old and (path.stat().st_size <= SMALL or footer.spans > 1)

    found: list[list[tuple[Path, Footer]]] = []
    for (year, is_old), some in groupby(enumerate(footers), kind):
        group = [one for _, one in some]
        waits = sum(footer.spans == 1 for _, footer in group)
        if is_old and (waits >= TOGETHER or (year < year_of_the_newest_old and len(group) > 1)):
            found += _within(group, LARGEST)
        else:
            found += [[one] for one in group]
    return found


def _within(group: list[tuple[Path, Footer]], most: int) -> list[list[tuple[Path, Footer]]]:
    """The group in parts of at most so many bytes; a part that would be added to nothing stays alone."""
    parts: list[list[tuple[Path, Footer]]] = [[]]
    size = 0
    for path, footer in group:
        here = path.stat().st_size
        if parts[-1] and size + here > most:
            parts.append([])
            size = 0
        parts[-1].append((path, footer))
        size += here
    return parts


def _piece(group: list[tuple[Path, Footer]], dropped: dict[str, set[Name]], done: Compacted) -> Piece:
    """The batch that a group becomes."""
    paths, footers = [path for path, _ in group], [footer for _, footer in group]
    last = msgspec.structs.replace(footers[-1])
    goes: set[Name] = set().union(*(dropped.get(str(path), set()) for path in paths))
    if len(group) > 1:
        _put_together(last, footers)
        done.batches += len(group)
    if not goes:
        return Piece(paths, last)

    def keep(row: LandedRecord, extracted_at: datetime, batch_id: str) -> LandedRecord | None:
        if _name(row, extracted_at, batch_id) not in goes:
            return row
        return msgspec.structs.replace(row, record=None) if row.merged_into is not None else None

    count = sum(1 for name in goes if not name.is_merged and not name.is_refused)
    last.removed = last.count_of_removed + count
    if last.folded:  # the history tells the parts
        *others, newest = last.folded
        last.folded = [*others, {**newest, "removed": newest.get("removed", 0) + count}]
    done.rows += count
    return Piece(paths, last, keep, is_changed=True)


def _put_together(last: Footer, footers: list[Footer]) -> None:
    """Make the last one's footer that of all: its state, their sums, and what each of them said."""
    first = footers[0]
    last.follows, last.follows_hash = first.follows, first.follows_hash
    last.spans = sum(footer.spans for footer in footers)
    last.folded = [told for footer in footers for told in footer.folded or [_remembered(footer)]]
    for name in (*SUMS, *SUMS_OF_REWRITING):
        setattr(last, name, sum(getattr(footer, name) for footer in footers))
    last.removed = sum(footer.count_of_removed for footer in footers)
    last.erased_at = [at for footer in footers for at in footer.erased_at]
    last.complete = any(footer.complete for footer in footers)
    last.schema_changes = []  # they stand in `folded`, each with its time


def _remembered(footer: Footer) -> dict[str, Any]:
    told = {name: getattr(footer, name) for name in REMEMBERED} | {"removed": footer.count_of_removed}
    return {name: msgspec.to_builtins(value) for name, value in told.items() if value not in (None, [], "")}


def _name(row: LandedRecord, extracted_at: datetime, batch_id: str) -> Name:
    is_merged, is_refused = row.merged_into is not None, row.rejected_because is not None
    return Name(row.record_id, row.changed_at, extracted_at, batch_id, row.is_deleted, is_merged, is_refused)


def _is_due(mark: Path, now: datetime) -> bool:
    """Whether the last look is longer ago, or is said to be still to come."""
    try:
        last = datetime.fromisoformat(mark.read_text())
    except (OSError, ValueError):
        return True
    return not last <= now < last + RETENTION_EVERY


def _not_kept(footers: list[tuple[Path, Footer]], before: datetime) -> dict[str, set[Name]]:
    """The rows that nothing is read from since then, by file: outdated versions, and all of what was deleted.

    Rows that are told by nothing but their content from another one of their record stay.
    """
    files = [str(path) for path, _ in footers]
    if not files:
        return {}
    sql = f"""
        with landed as (select * from read_parquet([{literals(files)}], filename = true) where record_id is not null),
        versions as (
            select *, lag(extracted_at) over same as outdated_at,
                count(*) over (partition by record_id, changed_at, extracted_at, batch_id, is_deleted) as alike,
                first_value(is_deleted) over same and first_value(extracted_at) over same < $before as is_gone
            from landed where rejected_because is null
            window same as (
                partition by record_id order by changed_at desc nulls last, batch_id desc, extracted_at desc
            )
        ),
        gone as (select distinct record_id from versions where is_gone)
        select filename, record_id, changed_at, extracted_at, batch_id, is_deleted, merged_into is not null, false
        from versions
        where (is_gone or outdated_at < $before) and alike = 1 and not (merged_into is not null and record is null)
        union all
        select filename, record_id, changed_at, extracted_at, batch_id, is_deleted, merged_into is not null, true
        from landed
        where rejected_because is not null and extracted_at < $before and record_id in (select record_id from gone)"""
    found: dict[str, set[Name]] = {}
    with duck.connect(config={"threads": 2}) as con:
        for file, *name in con.execute(sql, {"before": before}).fetchall():
            found.setdefault(file, set()).add(Name(*name))
    return found
