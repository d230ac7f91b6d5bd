"""What an audit is told, and what it says: plain facts, free of Great Expectations and of personal values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class AuditFacts:
    """What the suites cannot read out of the tables they audit.

    as_of: the day that the models were built for; nothing may have happened after it.
    base_currency: the currency that revenue is told in.
    landed: entity (`orders`, `tickets` …) → records that its sources have landed and not deleted, over all nights; 0
        where no source of that kind is set up. What comes inside other records (lines in orders) counts those records.
        Only an entity with 0 lets the tables fed by it be empty; one that is not named here counts as landed.
    undated: entity → (so many records, the field that tells their day), where all are left out for want of it.
    rejected: rows of `landing.rejections`: what was held back so far, over all streams.
    personal: table → its columns for personal values beyond those that its suite names: custom fields.
    previous: table → rows in the version that readers see now. A table that shrinks by more than `largest_drop` fails.
    """

    as_of: date
    base_currency: str = "EUR"
    landed: Mapping[str, int] = field(default_factory=dict)
    rejected: int = 0
    previous: Mapping[str, int] = field(default_factory=dict)
    largest_drop: float = 0.3
    personal: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    undated: Mapping[str, tuple[int, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class CheckResult:
    """One expectation. `observed` and `expected` hold counts and rules, never a value out of a row."""

    name: str
    column: str | None
    success: bool
    severity: str
    observed: str
    expected: str


@dataclass(frozen=True)
class SuiteResult:
    """One table. `success` is false when a blocking check failed, or the suite could not do its work.

    `rows` is what the table held; None if it could not be counted. `reason` is one sentence, empty on success.
    `fingerprint` is of the table that was judged (`expectations.fingerprint`); empty if it could not be read.
    """

    table: str
    success: bool
    rows: int | None
    checks: tuple[CheckResult, ...]
    reason: str = ""
    fingerprint: str = ""
