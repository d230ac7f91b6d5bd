"""What a comparison of keys tells: which records are gone, and which are there although no page has shown them.

A record may be missed because it was restored without a new change time, was committed long after its change time, or
slipped from one page to another that was read already. The keys show it; then everything is read once more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from crm360.connectors.engine.connector import Context
from crm360.connectors.engine.errors import SweepTooLarge
from crm360.connectors.engine.landing import Footer, LandedRecord, Landing

ROWS_ALWAYS_SWEPT = 5  # so few may vanish from a small stream without anyone being asked
MOST_READINGS = 3  # of pages that drift: while much changes, a record may slip from page to page again
MOST_NOTED = 1_000


def pages_shift(pages: object) -> bool:
    """Whether records slip from page to page while others come and go: pages that are counted over everything."""
    return bool(getattr(pages, "pages_shift", False))


@dataclass
class KeyReconciliation:
    """The ids of one sync. `page_ids`: of what a full reading gave, None if it was none. `key_ids`: of the keys."""

    is_due: bool
    page_ids: set[str] | None
    pages_shift: bool
    is_strict: bool = False  # any rejected record keeps all others from being deleted, not only one without an id
    key_ids: set[str] = field(default_factory=set)
    missing: set[str] = field(default_factory=set)
    readings: int = 0
    unseen: list[str] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)
    refused: int = 0  # records that came and can't be read: what they hold is not gone

    def show(self, row: LandedRecord) -> None:
        """A row of a reading of records: of a full one it tells what is there."""
        if self.page_ids is None:
            return
        if row.record_id and not row.is_deleted:
            self.page_ids.add(row.record_id)
        self.refused += row.rejected_because is not None and (self.is_strict or not row.record_id)

    def note(self, row: LandedRecord) -> None:
        """A row of a reading of keys."""
        if row.record_id:
            self.key_ids.add(row.record_id)
        self.refused += row.rejected_because is not None

    @property
    def all(self) -> set[str]:
        """Every id that the source showed."""
        return self.key_ids | (self.page_ids or set())

    def asks_for_all(
        self, landing: Landing, context: Context, last: Footer | None, standing: Mapping[str, bool]
    ) -> bool:
        """Whether everything is to be read (again), and notes for the next night what is not worth it.

        A record that we hold as deleted, or that was missing last night already, is; one that is only new comes by
        itself. What a full reading did not show either is passed over from then on.
        """
        source, stream = context.source, context.stream.name
        held = self.page_ids if self.page_ids is not None else {i for i, stands in standing.items() if stands}
        missing = self.key_ids - held
        if missing and self.page_ids is None:
            missing -= landing.live_ids(source, stream)
        given_up = set(last.passed_over) if last is not None else set()
        self.missing = missing - given_up
        if self.readings:
            given_up |= self.missing
            if not self.pages_shift or self.readings == MOST_READINGS:
                self.missing = set()
        self.passed_over = sorted(given_up & self.key_ids)[:MOST_NOTED]
        if not self.missing:
            return False
        if not self.pages_shift and not self._is_known(landing, source, stream, last):
            self.unseen = sorted(self.missing)[:MOST_NOTED]
            return False
        self.readings += 1
        self.page_ids = self.page_ids if self.page_ids is not None else set()
        return True

    def _is_known(self, landing: Landing, source: str, stream: str, last: Footer | None) -> bool:
        if last is not None and not self.missing.isdisjoint(last.unseen):
            return True
        known = landing.known(source, stream, None)
        return any(i in known and known[i].deleted_at is not None for i in self.missing)


def missing_records(landing: Landing, where: str, shown: set[str], max_shrink: float) -> Iterator[LandedRecord]:
    """Tombstones for what we hold as live and the source no longer shows. Raises SweepTooLarge."""
    live = landing.live_ids(*where.split("/"))
    gone = sorted(live - shown)
    if len(gone) > max(ROWS_ALWAYS_SWEPT, max_shrink * len(live)):
        raise SweepTooLarge(
            f"{len(gone)} of {len(live)} records vanished at once, more than max_shrink = {max_shrink} permits",
            where=where,
        )
    for record_id in gone:
        yield LandedRecord(record_id, None, is_deleted=True, derived=True)
