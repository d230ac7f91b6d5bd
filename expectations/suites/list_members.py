"""list_members: one row per person on a list, and per one who was."""

from __future__ import annotations

from crm360.expectations.suite import Suite, carried, exists, key, live, one_of, past, present, rows

SUITE = Suite(
    table="list_members",
    may_be_empty_if=("list_members",),
    personal=("list_member_id", "contact_id", "source_id"),
    expectations=(
        rows(),
        *key("list_member_id"),
        *present("source", "source_id", "is_active"),
        one_of("list_kind", ("static", "dynamic", "other")),
        exists("customer_id", "customers"),
        *past("joined_at"),
        *carried(live("list_members"), "contact_id", "list_id", "list_name", "list_kind"),
    ),
)
