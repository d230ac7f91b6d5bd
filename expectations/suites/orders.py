"""orders: one row per order that still exists in its source. Money adds up row by row; nothing is in the future."""

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
    table="orders",
    may_be_empty_if=("orders",),
    personal=("order_id", "transaction_id", "contact_id", "source_id", "name", "email", "phone", "sales_rep"),
    expectations=(
        rows(),
        *key("order_id"),
        *present("source", "source_id", "ordered_at", "order_kind", "is_sale", "currency", "base_currency"),
        *present("is_before_account", "is_repeat"),
        one_of("order_kind", ("sale", "cancellation", "adjustment", "test", "other")),
        exists("customer_id", "customers"),
        exists("account_id", "companies"),
        *past("ordered_at", "cancelled_at"),
        *carried(live("orders"), "email", "total_amount", "tax_amount", "status", "channel"),
        *carried("intermediate.int_orders_priced", "customer_id"),
        between("total_amount", -1e9, 1e9),
        between("refunded_amount", 0),
        no_rows("a sale is never negative", "select 1 from {batch} where is_sale and total_amount < 0"),
        no_rows(
            "revenue is told in the base currency",
            "select 1 from {batch}, audit_facts as facts where subselect.base_currency <> facts.base_currency",
        ),
        no_rows(
            "an amount in the base currency is not converted, and one in another currency is, if there is a rate",
            "select 1 from {batch} where (currency = base_currency) <> coalesce(exchange_rate = 1, false) "
            "or exchange_rate <= 0",
        ),
        converted("ordered_at"),
        no_rows(
            "an order with a rate has its revenue, and one without has none",
            "select 1 from {batch} where (exchange_rate is null or (total_amount is null "
            "and (is_sale or order_kind in ('cancellation', 'adjustment')))) <> (net_revenue is null) "
            "or (net_revenue is null) <> (gross_revenue is null)",
        ),
        no_rows(
            "gross revenue is the total, converted",
            "select 1 from {batch} where (is_sale or order_kind in ('cancellation', 'adjustment')) and not is_repeat "
            "and (gross_revenue is distinct from (total_amount * exchange_rate)::decimal(18, 4))",
        ),
        no_rows(
            "net revenue is gross revenue less tax, shipping and refunds",
            "select 1 from {batch} "
            "where net_revenue is distinct from gross_revenue - tax_revenue - shipping_revenue - non_sales_revenue "
            "- refunded_revenue",
        ),
        no_rows(
            "what is no sale, and what repeats another order, brings nothing",
            "select 1 from {batch} where ((not is_sale and order_kind in ('sale', 'test', 'other')) or is_repeat) "
            "and net_revenue <> 0",
        ),
        no_rows(
            "a repeat is no sale, and some other order tells its transaction",
            "select 1 from (select * from {batch}) as told where is_repeat and (is_sale or not exists "
            "(select 1 from marts.orders as other where other.transaction_id = told.transaction_id "
            "and not other.is_repeat))",
        ),
    ),
)
