"""loyalty_balances: one row per person in a loyalty programme, as the programme has them now."""

from __future__ import annotations

from crm360.expectations.suite import Suite, carried, exists, key, live, past, present, rows

SUITE = Suite(
    table="loyalty_balances",
    may_be_empty_if=("loyalty_balances",),
    personal=("loyalty_balance_id", "contact_id", "source_id"),
    expectations=(
        rows(),
        *key("loyalty_balance_id"),
        *present("source", "source_id"),
        exists("customer_id", "customers"),
        *past("enrolled_at"),
        *carried(live("loyalty_balances"), "contact_id", "points_balance", "tier", "status"),
    ),
)
