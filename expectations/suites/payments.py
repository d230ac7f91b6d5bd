"""payments: one row per payment, refund or dispute that its source still knows."""

from __future__ import annotations

from crm360.expectations.suite import (
    Suite,
    carried,
    converted,
    exists,
    in_base_currency,
    key,
    live,
    no_rows,
    past,
    present,
    rows,
)

SUITE = Suite(
    table="payments",
    may_be_empty_if=("payments",),
    personal=("payment_id", "contact_id", "invoice_id", "order_id", "source_id"),
    expectations=(
        rows(),
        *key("payment_id"),
        *present("source", "source_id", "kind", "currency", "base_currency", "amount"),
        exists("customer_id", "customers"),
        *past("paid_at"),
        *carried(live("payments"), "contact_id", "invoice_id", "paid_at"),
        no_rows(
            "a refund takes, as a lost dispute does, and a payment does not",
            "select 1 from {batch} "
            "where (kind in ('refund', 'dispute') and amount > 0) or (kind = 'payment' and amount < 0)",
        ),
        no_rows(
            "a payment with a rate has a value, and one without has none",
            "select 1 from {batch} where amount <> 0 "
            "and value_amount is distinct from (amount * exchange_rate)::decimal(18, 4) "
            "or exchange_rate <= 0 or (currency = base_currency and exchange_rate is distinct from 1)",
        ),
        converted("paid_at"),
        in_base_currency("base_currency"),
    ),
)
