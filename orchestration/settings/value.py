"""[value] of crm360.toml: what a purchase is, and whose word on it counts.

[value]
counts = ["orders", "deals", "invoices"]   # kinds of record that tell of a purchase
master = ["erp", "shop"]                   # sources that are believed before all others, the first most
match_days = 7                             # records of one purchase in two systems are no more days apart
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from crm360.connectors.engine.errors import ConfigError

KINDS = ("orders", "deals", "invoices")


class Value(msgspec.Struct, forbid_unknown_fields=True):
    """The table as it stands in the file."""

    counts: Annotated[
        list[Annotated[str, Meta(extra_json_schema={"enum": list(KINDS)})]],
        Meta(
            description="Kinds of record that tell of a purchase: orders, deals that are won, invoices that are paid."
        ),
    ] = msgspec.field(default_factory=lambda: list(KINDS))
    master: Annotated[
        list[str], Meta(description="Sources that are believed before all others on one purchase, the first most.")
    ] = []
    match_days: Annotated[
        int,
        Meta(
            description="Records of one purchase in two systems are no more days apart.",
            extra_json_schema={"minimum": 1, "maximum": 31},
        ),
    ] = 7

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
