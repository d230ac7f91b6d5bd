"""quotes: one row per quote that still exists in its source and was made by as_of."""

from __future__ import annotations

from crm360.expectations.suite import (
    Suite,
    between,
    carried,
    converted,
    exists,
    in_base_currency,
    key,
    live,
    no_rows,
    one_of,
    past,
    present,
    rows,
)

SUITE = Suite(
    table="quotes",
    may_be_empty_if=("quotes",),
    personal=("quote_id", "contact_id", "company_id", "deal_id", "source_id", "name", "quote_number", "owner_name"),
    expectations=(
        rows(),
        *key("quote_id"),
        *present("source", "source_id", "is_open", "currency", "base_currency"),
        one_of("state", ("draft", "sent", "accepted", "declined", "expired")),
        exists("customer_id", "customers"),
        exists("account_id", "companies"),
        *past("created_at", "sent_at", "decided_at"),
        *carried(live("quotes"), "contact_id", "deal_id", "status", "amount", "valid_until", "owner_id"),
        between("amount", -1e12, 1e12),
        no_rows(
            "a quote is open while it is a draft or was sent, and then alone",
            "select 1 from {batch} where is_open is distinct from coalesce(state in ('draft', 'sent'), false)",
        ),
        no_rows(
            "what was sent and is over has expired",
            "select 1 from {batch}, audit_facts where state = 'sent' and valid_until < as_of",
        ),
        no_rows(
            "a quote with a rate has a value, and one without has none",
            "select 1 from {batch} where value_amount is distinct from (amount * exchange_rate)::decimal(18, 4) "
            "or exchange_rate <= 0 or (currency = base_currency and exchange_rate is distinct from 1)",
        ),
        converted("coalesce(decided_at, as_of)"),
        in_base_currency("base_currency"),
    ),
)
