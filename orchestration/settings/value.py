"""[value] of crm360.toml: what a purchase is, and whose word on it counts.

[value]
counts = ["orders", "deals", "invoices"]   # kinds of record that tell of a purchase
master = ["erp", "shop"]                   # sources that are believed before all others, the first most
match_days = 7                             # records of one purchase in two systems are no more days apart
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from crm360.connectors.engine.errors import ConfigError

KINDS = ("orders", "deals", "invoices")


class Value(msgspec.Struct, forbid_unknown_fields=True):
    """The table as it stands in the file."""

    counts: list[str] = msgspec.field(default_factory=lambda: list(KINDS))
    master: list[str] = []
    match_days: int = 7

    def check(self, sources: Iterable[str]) -> None:
        """Raises ConfigError for a kind or a source that there is not."""
        known = set(sources)
        if not self.counts or len(set(self.counts)) < len(self.counts) or not set(self.counts) <= set(KINDS):
            raise ConfigError(f"counts lists some of {', '.join(KINDS)}, each once", where="value")
        if not set(self.master) <= known:
            raise ConfigError(f"master lists sources; there are {', '.join(sorted(known))}", where="value")
        if not 1 <= self.match_days <= 31:
            raise ConfigError("match_days is a number from 1 to 31", where="value")

    def variables(self) -> dict[str, Any]:
        """The dbt variables that it sets, kinds in one order so that dbt does not read its project anew for another."""
        counts = [kind for kind in KINDS if kind in self.counts]
        return {"value_counts": counts, "value_masters": self.master, "match_days": self.match_days}
