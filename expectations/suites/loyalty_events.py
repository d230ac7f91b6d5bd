"""loyalty_events: one row per booking of points."""

from __future__ import annotations

from crm360.expectations.suite import Suite, carried, exists, key, live, one_of, past, present, rows

KINDS = ("earned", "spent", "expired", "adjusted", "other")

SUITE = Suite(
    table="loyalty_events",
    may_be_empty_if=("loyalty_events",),
    personal=("loyalty_event_id", "contact_id", "source_id", "description"),
    expectations=(
        rows(),
        *key("loyalty_event_id"),
        *present("source", "source_id", "happened_at"),
        one_of("kind", KINDS),
        exists("customer_id", "customers"),
        *past("happened_at"),
        *carried(live("loyalty_events"), "contact_id", "kind", "points"),
    ),
)
