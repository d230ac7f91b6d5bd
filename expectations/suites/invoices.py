"""invoices: one row per invoice that still exists in its source; its total is what was paid and what is left."""

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
    table="invoices",
    may_be_empty_if=("invoices",),
    personal=("invoice_id", "contact_id", "company_id", "order_id", "source_id", "name"),
    expectations=(
        rows(),
        *key("invoice_id"),
        *present("source", "source_id", "state", "currency", "base_currency"),
        one_of("state", ("draft", "void", "written off", "paid", "open", "overdue")),
        exists("customer_id", "customers"),
        *past("issued_at", "paid_at"),
        *carried(live("invoices"), "contact_id", "due_at", "total_amount"),
        between("days_overdue", 1),
        no_rows(
            "what was paid and what is left come to the total, and nothing is left of a paid invoice",
            "select 1 from {batch} where (state not in ('draft', 'void') "
            "and paid_amount + balance_amount <> total_amount) "
            "or (state = 'paid' and balance_amount > 0) or (state in ('open', 'overdue') and balance_amount <= 0)",
        ),
        no_rows(
            "an invoice with a rate has a value, and one without has none",
            "select 1 from {batch} where total_value is distinct from (total_amount * exchange_rate)::decimal(18, 4) "
            "or exchange_rate <= 0 or (currency = base_currency and exchange_rate is distinct from 1)",
        ),
        converted("issued_at"),
        in_base_currency("base_currency"),
    ),
)
