"""customer_timeline: one row per touch between a customer and the business."""

from __future__ import annotations

from crm360.expectations.suite import Suite, carried, exists, key, no_rows, one_of, present, rows

SUITE = Suite(
    table="customer_timeline",
    may_be_empty_because="no touch may be a known customer's; their orders and tickets are looked for",
    personal=("touch_id", "reference_id", "subject"),
    expectations=(
        rows(),
        *key("touch_id"),
        *present("customer_id", "event_at", "channel", "direction", "kind", "source", "reference_id"),
        one_of("direction", ("inbound", "outbound", "internal")),
        exists("customer_id", "customers"),
        *carried(
            "(select name as subject from marts.orders where customer_id is not null)", "subject", said_as="orders"
        ),
        *carried(
            "(select gross_revenue as amount from marts.orders where customer_id is not null)",
            "amount",
            said_as="orders",
        ),
        no_rows(
            "a touch is not in the future (a deal may be closed ahead of its day)",
            "select 1 from {batch}, audit_facts "
            "where (event_at::date > as_of + 1 and kind not like 'deal %') or event_at < timestamp '1970-01-01'",
        ),
        no_rows(
            "amounts are told in the base currency",
            "select 1 from {batch}, audit_facts where amount is not null and currency is distinct from base_currency",
        ),
        no_rows(
            "each order of a customer is in the timeline, once, on that customer's",
            "select 1 from (select * from {batch} where kind in ('order placed', 'order corrected')) as touches "
            "full join (select * from marts.orders where customer_id is not null "
            "and order_kind not in ('test', 'other') and not is_repeat) as orders "
            "on touches.reference_id = orders.order_id where touches.customer_id is distinct from orders.customer_id "
            "or touches.event_at is distinct from orders.ordered_at",
        ),
        no_rows(
            "each ticket of a customer is in the timeline, once, on that customer's",
            "select 1 from (select * from {batch} where kind = 'ticket opened') as touches "
            "full join (select * from marts.tickets where customer_id is not null) as tickets "
            "on touches.reference_id = tickets.ticket_id "
            "where touches.customer_id is distinct from tickets.customer_id",
        ),
    ),
)
