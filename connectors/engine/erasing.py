"""Landed batches without the forgotten: written anew as rewriting.py does it, with the chain whole.

A footer says that, and how much, was taken out of its batch.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from crm360.connectors.engine import chain
from crm360.connectors.engine.anonymise import Anonymiser
from crm360.connectors.engine.batch import LandedRecord
from crm360.connectors.engine.landing import Landing
from crm360.connectors.engine.rewriting import Piece, read_rows, rewrite


@dataclass
class Erased:
    """What was taken out of a stream: rows, and rows that stay without the person; and of how many batches."""

    rows: int = 0
    anonymised: int = 0
    batches: int = 0


def look(landing: Landing, source: str, stream: str, of: Anonymiser) -> Erased:
    """What `erase` would do. Changes nothing."""
    found = Erased()
    for path, _ in landing.footers(source, stream):
        _count(path, of, found)
    return found


def erase(landing: Landing, source: str, stream: str, of: Anonymiser, now: datetime) -> Erased:
    """Take the forgotten out of every batch in which they were not looked for yet. Raises LandingError."""
    folder, number = landing.folder(source, stream), of.forgotten.number
    footers = landing.footers(source, stream)
    known, found = chain.remembered(folder).checked, Erased()
    todo = {p for p, _ in footers if p.stem not in known or known[p.stem].cleared < number}
    if not todo:
        return found
    changes = {path: _count(path, of, found) for path, _ in footers if path in todo}
    live = landing.live_ids(source, stream) if of.dropped else set()
    pieces = []
    for path, footer in footers:
        rows_gone, refused_gone, anonymised = changes.get(path, (0, 0, 0))
        new = msgspec.structs.replace(footer)
        new.unseen, new.passed_over = _kept(footer.unseen, of), _kept(footer.passed_over, of)
        if rows_gone or refused_gone or anonymised:
            new.erased, new.anonymised = footer.erased + rows_gone + refused_gone, footer.anonymised + anonymised
            new.removed = footer.count_of_removed + rows_gone
            new.erased_at = [*footer.erased_at, now]
        if path == footers[-1][0]:
            withheld = len(of.dropped & live)
            new.withheld = footer.withheld + withheld
            new.source_total = None if footer.source_total is None else footer.source_total - withheld
        keep = (lambda row, _at, _batch: of.row(row)) if path in todo else None
        pieces.append(Piece([path], new, keep, is_changed=new != footer))
    rewrite(folder, pieces, number)
    _say_cleared(folder, number)
    return found


def _kept(ids: list[str], of: Anonymiser) -> list[str]:
    return [i for i in ids if not of.forgotten.contact(of.source, i)]


def _count(path: Path, of: Anonymiser, found: Erased) -> tuple[int, int, int]:
    """How many rows of a batch go, how many refused ones, and how many stay without the person."""
    gone = refused = changed = 0
    for row, _ in rows(path):
        other = of.row(row)
        gone += other is None and row.rejected_because is None
        refused += other is None and row.rejected_because is not None
        changed += other is not None and other is not row
    found.rows, found.anonymised = found.rows + gone + refused, found.anonymised + changed
    found.batches += bool(gone or refused or changed)
    return gone, refused, changed


def rows(path: Path) -> Iterator[tuple[LandedRecord, datetime]]:
    """A batch's rows, each with when it was extracted."""
    return ((row, extracted_at) for row, extracted_at, _ in read_rows(path))


def _say_cleared(folder: Path, number: int) -> None:
    memory = chain.remembered(folder)
    for one in memory.checked.values():
        one.cleared = max(one.cleared, number)
    chain.remember(folder, memory)
