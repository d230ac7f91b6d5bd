"""What one run knows about itself: the facts that the publish step, the manifest and the report page are told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

Freshness = Literal["fresh", "stale", "failed", "never"]


@dataclass(frozen=True)
class SourceFacts:
    """One stream of one source, as the build found it. Counts are records; times are naive UTC.

    `fresh`: pulled since the version before. `stale`: not pulled since, older data stand. `failed`: the last try
    failed, older data stand. `never`: no pull has ever succeeded. `error` is one redacted sentence, or None.
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
    """One run that publishes. Times are naive UTC; `as_of` is the day that the models were built for.

    `built_by` is the run that registered the build, at `registered_at`: another one, where a build is published later.
    """

    run_id: str
    started_at: datetime
    as_of: date
    sources: tuple[SourceFacts, ...] = ()
    built_by: str = ""
    registered_at: datetime | None = None
    ledger: Mapping[str, int] = field(default_factory=dict)  # how many files each of its books has
    forgotten_up_to: int = 0  # the last request to be forgotten that what was built knows

    @property
    def behind(self) -> tuple[SourceFacts, ...]:
        """The streams whose data are older than the rest."""
        return tuple(source for source in self.sources if source.status != "fresh")


@dataclass(frozen=True)
class TableFacts:
    """What a published table and each of its columns mean, in the words of the dbt model."""

    description: str
    columns: Mapping[str, str]
