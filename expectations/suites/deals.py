"""deals: one row per deal that still exists in its source."""

from __future__ import annotations

from crm360.expectations.suite import (
    Suite,
    between,
    carried,
    converted,
    exists,
    key,
    live,
    no_rows,
    one_of,
    past,
    present,
    rows,
)

SUITE = Suite(
    table="deals",
    may_be_empty_if=("deals",),
    personal=("deal_id", "contact_id", "company_id", "source_id", "name", "lost_reason", "owner_name"),
    expectations=(
        rows(),
        *key("deal_id"),
        *present("source", "source_id", "outcome", "base_currency"),
        one_of("outcome", ("open", "won", "lost")),
        exists("customer_id", "customers"),
        exists("account_id", "companies"),
        *past("created_at"),
        *carried(live("deals"), "name", "contact_id", "pipeline", "stage", "amount", "owner_id", "closed_at"),
        between("amount", 0, 1e12),
        between("probability", 0, 1),
        no_rows(
            "values are told in the base currency",
            "select 1 from {batch}, audit_facts as facts where subselect.base_currency <> facts.base_currency",
        ),
        no_rows(
            "a deal with an amount has a value, converted by a rate above nought, if there is a rate",
            "select 1 from {batch} where amount is not null "
            "and (exchange_rate <= 0 or value_amount is distinct from (amount * exchange_rate)::decimal(18, 4) "
            "or (currency = base_currency and exchange_rate is distinct from 1))",
        ),
        converted("coalesce(closed_at, as_of)"),
        no_rows(
            "the outcome is what the deal's flags say",
            "select 1 from {batch} where (outcome = 'won') <> coalesce(is_won, false) "
            "or (outcome = 'open' and coalesce(is_closed, false))",
        ),
    ),
)
