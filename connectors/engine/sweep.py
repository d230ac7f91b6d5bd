"""What a comparison of keys tells: which records are gone, and which are there although no page has shown them.

A record may be missed because it was restored without a new change time, was committed long after its change time, or
slipped from one page to another that was read already. The keys show it; then everything is read once more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from crm360.connectors.engine.errors import SweepTooLarge
from crm360.connectors.engine.landing import Footer, Landing, Row

ROWS_ALWAYS_SWEPT = 5  # so few may vanish from a small stream without anyone being asked
MOST_READINGS = 3  # of pages that drift: while much changes, a record may slip from page to page again
MOST_NOTED = 1_000


class _Stream(Protocol):
    @property
    def name(self) -> str: ...


class Syncing(Protocol):
    """What is asked of a sync's context."""

    source: str

    @property
    def stream(self) -> _Stream: ...


def drifts(pages: object) -> bool:
    """Whether records slip from page to page while others come and go: pages that are counted over everything."""
    return bool(getattr(pages, "drifts", False))


@dataclass
class Seen:
    """The ids of one sync. `met`: of what a full reading gave, None if it was none. `listed`: of the keys."""

    swept: bool
    met: set[str] | None
    drifts: bool
    listed: set[str] = field(default_factory=set)
    missing: set[str] = field(default_factory=set)
    readings: int = 0
    unseen: list[str] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)

    @property
    def all(self) -> set[str]:
        """Every id that the source showed."""
        return self.listed | (self.met or set())

    def asks_for_all(
        self, landing: Landing, context: Syncing, last: Footer | None, standing: Mapping[str, bool]
    ) -> bool:
        """Whether everything is to be read (again), and notes for the next night what is not worth it.

        A record that we hold as deleted, or that was missing last night already, is; one that is only new comes by
        itself. What a full reading did not show either is passed over from then on.
        """
        source, stream = context.source, context.stream.name
        held = self.met if self.met is not None else {i for i, stands in standing.items() if stands}
        missing = self.listed - held
        if missing and self.met is None:
            missing -= landing.live_ids(source, stream)
        given_up = set(last.passed_over) if last is not None else set()
        self.missing = missing - given_up
        if self.readings:
            given_up |= self.missing
            if not self.drifts or self.readings == MOST_READINGS:
                self.missing = set()
        self.passed_over = sorted(given_up & self.listed)[:MOST_NOTED]
        if not self.missing:
            return False
        if not self.drifts and not self._is_known(landing, source, stream, last):
            self.unseen = sorted(self.missing)[:MOST_NOTED]
            return False
        self.readings += 1
        self.met = self.met if self.met is not None else set()
        return True

    def _is_known(self, landing: Landing, source: str, stream: str, last: Footer | None) -> bool:
        if last is not None and not self.missing.isdisjoint(last.unseen):
            return True
        known = landing.known(source, stream, None)
        return any(i in known and known[i].deleted_at is not None for i in self.missing)


def swept(landing: Landing, where: str, shown: set[str], max_shrink: float) -> Iterator[Row]:
    """Tombstones for what we hold as live and the source no longer shows. Raises SweepTooLarge."""
    live = landing.live_ids(*where.split("/"))
    gone = sorted(live - shown)
    if len(gone) > max(ROWS_ALWAYS_SWEPT, max_shrink * len(live)):
        raise SweepTooLarge(
            f"{len(gone)} of {len(live)} records vanished at once, more than max_shrink = {max_shrink} permits",
            where=where,
        )
    for record_id in gone:
        yield Row(record_id, None, is_deleted=True, derived=True)
