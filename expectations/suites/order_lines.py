"""order_lines: one row per line of an order that still exists, in the order's own currency."""

from __future__ import annotations

from crm360.expectations.suite import Suite, between, carried, exists, key, live, no_rows, past, present, rows

# A source may give orders and no lines: its customers have nothing to lose here.
ORDERS_WITH_LINES = (
    f"(select * from marts.orders where order_id in (select order_id from {live('order_lines')} as landed))"
)

SUITE = Suite(
    table="order_lines",
    may_be_empty_because="no order that stands may have lines; the last check finds one that is missing",
    personal=("order_line_id", "order_id", "source_id", "description"),
    expectations=(
        rows(),
        *key("order_line_id"),
        *present("order_id", "source", "source_id", "ordered_at", "order_kind", "currency"),
        exists("order_id", "orders"),
        exists("customer_id", "customers"),
        *past("ordered_at"),
        *carried(live("order_lines"), "product_id", "sku", "quantity", "unit_price", "line_amount"),
        *carried(ORDERS_WITH_LINES, "customer_id", said_as="orders"),
        between("quantity", -1e7, 1e7),
        between("line_amount", -1e9, 1e9),
        no_rows(
            "a negative price and one of zero on a line of a sale are flagged, and nothing else is",
            "select 1 from {batch} where coalesce(price_flag, '') <> case when order_kind = 'sale' and unit_price < 0 "
            "then 'negative price' when order_kind = 'sale' and unit_price = 0 then 'zero price' else '' end",
        ),
        no_rows(
            "a line is in the currency of its order, and of the same customer",
            "select 1 from (select * from {batch}) as lines join marts.orders using (order_id) "
            "where lines.currency is distinct from orders.currency "
            "or lines.customer_id is distinct from orders.customer_id",
        ),
        no_rows(
            "a line is converted as its order is",
            "select 1 from (select * from {batch}) as lines join marts.orders using (order_id) "
            "where line_value is distinct from "
            "case when is_gift_card then 0 else (line_amount * exchange_rate)::decimal(18, 4) end",
        ),
        no_rows(
            "every line of an order that stands is here",
            f"select 1 from {live('order_lines')} as landed join marts.orders using (order_id) "
            "where order_line_id not in (select told.order_line_id from (select * from {batch}) as told)",
        ),
    ),
)
