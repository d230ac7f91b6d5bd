"""What one run knows about itself: the facts that the publish step, the manifest and the report page are told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

Freshness = Literal["fresh", "stale", "failed", "never"]


@dataclass(frozen=True)
class SourceFacts:
    """One stream of one source in this run. Counts are records; times are naive UTC.

    `fresh`: pulled in this run. `stale`: not pulled in this run, older data stand. `failed`: tried and failed, older
    data stand. `never`: no pull has ever succeeded. `error` is one redacted sentence, or None.
    """

    source: str
    stream: str
    status: Freshness
    received: int = 0
    landed: int = 0
    duplicate: int = 0
    rejected: int = 0
    deleted: int = 0
    last_success_at: datetime | None = None
    error: str | None = None


@dataclass(frozen=True)
class RunFacts:
    """One night. `started_at` is naive UTC; `as_of` is the day that the models were built for."""

    run_id: str
    started_at: datetime
    as_of: date
    sources: tuple[SourceFacts, ...] = ()

    @property
    def behind(self) -> tuple[SourceFacts, ...]:
        """The streams whose data are older than this run."""
        return tuple(source for source in self.sources if source.status != "fresh")


@dataclass(frozen=True)
class TableFacts:
    """What a published table and each of its columns mean, in the words of the dbt model."""

    description: str
    columns: Mapping[str, str]
