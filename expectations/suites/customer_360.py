"""customer_360: one row per customer, with everything known about them; its sums are those of the other tables."""

from __future__ import annotations

from crm360.expectations.suite import Suite, between, carried, key, no_rows, past, present, rows
from crm360.expectations.suites.customers import SUITE as CUSTOMERS

COUNTS = (
    "purchases",
    "orders",
    "tickets",
    "open_tickets",
    "emails_sent",
    "emails_received",
    "emails_opened",
    "emails_clicked",
    "open_deals",
    "won_deals",
    "active_subscriptions",
    "reviews",
    "touches",
)

SUITE = Suite(
    table="customer_360",
    personal=(*CUSTOMERS.personal, "first_product", "next_product", "next_product_after"),
    expectations=(
        rows(),
        *key("customer_id"),
        *present("segments", "open_deal_amount", "currency", "as_of_date"),
        *present("count_of_purchases_without_amount"),
        *present(*(f"count_of_{count}" for count in COUNTS)),
        *(between(f"count_of_{count}", 0) for count in COUNTS),
        between("satisfaction_share", 0, 1),
        between("days_since_last_order", 0),
        between("days_since_last_purchase", 0),
        between("probability_alive", 0, 1),
        between("age", 0),
        *past("first_order_at", "last_order_at", "first_purchase_at", "last_purchase_at"),
        *past("last_ticket_at", "first_touch_at", "last_seen_at"),
        *carried("marts.customers", "full_name", "email", "phone", "country", "email_consent"),
        *carried(
            "(select purchased_at as first_purchase_at from marts.transactions where is_sale "
            "and customer_id is not null)",
            "first_purchase_at",
            said_as="transactions",
        ),
        *carried(
            "(select purchased_at as first_order_at from marts.transactions where is_sale "
            "and customer_id is not null and told_by like '% order%')",
            "first_order_at",
            said_as="transactions",
        ),
        no_rows(
            "every customer is here, and nobody else",
            "select 1 from (select * from {batch}) as told full join marts.customers as customers "
            "on told.customer_id = customers.customer_id "
            "where told.customer_id is null or customers.customer_id is null",
        ),
        no_rows(
            "what each customer bought is what their transactions say, and null where none of them has an amount",
            "select 1 from (select * from {batch}) as told left join (select customer_id, sum(net_revenue) as net, "
            "sum(gross_revenue) as gross, count(*) filter (where is_sale) as sales, "
            "count(*) filter (where is_sale and told_by like '% order%') as orders from marts.transactions "
            "group by customer_id) as summed on told.customer_id = summed.customer_id "
            "where told.net_revenue is distinct from (case when summed.customer_id is null then 0 else summed.net end) "
            "or told.gross_revenue is distinct from "
            "(case when summed.customer_id is null then 0 else summed.gross end) "
            "or told.count_of_purchases <> coalesce(summed.sales, 0) "
            "or told.count_of_orders <> coalesce(summed.orders, 0)",
        ),
        no_rows(
            "each customer's tickets are those in tickets",
            "select 1 from (select * from {batch}) as told left join (select customer_id, count(*) as tickets, "
            "count(*) filter (where is_open) as opened from marts.tickets group by customer_id) as counted "
            "on told.customer_id = counted.customer_id where told.count_of_tickets <> coalesce(counted.tickets, 0) "
            "or told.count_of_open_tickets <> coalesce(counted.opened, 0)",
        ),
        no_rows(
            "each customer's open and won deals are those in deals",
            "select 1 from (select * from {batch}) as told left join (select customer_id, "
            "count(*) filter (where outcome = 'open') as opened, count(*) filter (where outcome = 'won') as won, "
            "sum(value_amount) filter (where outcome = 'open') as amount from marts.deals group by customer_id"
            ") as counted on told.customer_id = counted.customer_id "
            "where told.count_of_open_deals <> coalesce(counted.opened, 0) "
            "or told.count_of_won_deals <> coalesce(counted.won, 0) "
            "or told.open_deal_amount <> coalesce(counted.amount, 0)",
        ),
        no_rows(
            "each customer's subscriptions are those in subscriptions",
            "select 1 from (select * from {batch}) as told left join (select customer_id, count(*) as paying, "
            "sum(monthly_revenue) as revenue, min(paid_from) as since from marts.subscriptions where is_paying "
            "group by customer_id) as counted on told.customer_id = counted.customer_id "
            "where told.count_of_active_subscriptions <> coalesce(counted.paying, 0) or told.monthly_recurring_revenue "
            "is distinct from (case when counted.customer_id is null then 0 else counted.revenue end) "
            "or told.subscribed_since is distinct from counted.since",
        ),
        no_rows(
            "each customer's reviews and points are those in reviews and loyalty_balances",
            "select 1 from (select * from {batch}) as told left join (select customer_id, count(*) as written "
            "from marts.reviews group by customer_id) as counted on told.customer_id = counted.customer_id "
            "left join (select customer_id, sum(points_balance) as points from marts.loyalty_balances "
            "where status is distinct from 'not joined' group by customer_id) as held "
            "on told.customer_id = held.customer_id where told.count_of_reviews <> coalesce(counted.written, 0) "
            "or told.points_balance is distinct from held.points",
        ),
        no_rows(
            "each customer's open and late tasks are those in tasks, and null where there are none of anybody",
            "select 1 from (select * from {batch}) as told left join (select customer_id, count(*) as opened, "
            "count(*) filter (where is_overdue) as late, min(due_on) as due from marts.tasks where is_open "
            "group by customer_id) as counted on told.customer_id = counted.customer_id "
            "where (told.count_of_open_tasks, told.count_of_overdue_tasks, told.next_task_due_on) is distinct from "
            "(case when exists (select 1 from marts.tasks) then (coalesce(counted.opened, 0), "
            "coalesce(counted.late, 0), counted.due) else (null, null, null) end)",
        ),
        no_rows(
            "each customer's open quotes are those in quotes, and null where there are none of anybody",
            "select 1 from (select * from {batch}) as told left join (select customer_id, count(*) as opened, "
            "sum(value_amount) as amount from marts.quotes where is_open group by customer_id) as counted "
            "on told.customer_id = counted.customer_id where told.open_quote_amount is distinct from counted.amount "
            "or told.count_of_open_quotes is distinct from "
            "case when exists (select 1 from marts.quotes) then coalesce(counted.opened, 0) end",
        ),
        no_rows(
            "each customer's touches are those in customer_timeline",
            "select 1 from (select * from {batch}) as told left join (select customer_id, count(*) as touches, "
            "max(event_at) filter (where direction = 'inbound') as seen from marts.customer_timeline "
            "group by customer_id) as counted on told.customer_id = counted.customer_id "
            "where told.count_of_touches <> coalesce(counted.touches, 0) "
            "or told.last_seen_at is distinct from counted.seen",
        ),
        no_rows(
            "each customer's visits are those in web_sessions, and null where there are none of anybody",
            "select 1 from (select * from {batch}) as told left join (select customer_id, max(ended_at) as visited "
            "from marts.web_sessions group by customer_id) as counted on told.customer_id = counted.customer_id "
            "where told.last_web_visit_at is distinct from counted.visited "
            "or (told.count_of_web_sessions_last_90_days is null) "
            "<> (not exists (select 1 from marts.web_sessions)) or told.cart_left_at > told.last_web_visit_at",
        ),
        no_rows(
            "the first purchase comes before the last",
            "select 1 from {batch} where first_purchase_at > last_purchase_at or first_order_at > last_order_at",
        ),
        no_rows(
            "each customer's segments are those in customer_segments",
            "select 1 from (select * from {batch}) as told left join (select customer_id, "
            "string_agg(segment, ', ' order by segment) as listed from marts.customer_segments group by customer_id"
            ") as held on told.customer_id = held.customer_id where told.segments <> coalesce(held.listed, '')",
        ),
        no_rows(
            "what each customer is worth is what customer_rfm and customer_value say",
            "select 1 from (select * from {batch}) as told left join marts.customer_rfm as scored "
            "on told.customer_id = scored.customer_id left join marts.customer_value as worth "
            "on told.customer_id = worth.customer_id where told.rfm_cell is distinct from scored.rfm_cell "
            "or told.predicted_value is distinct from worth.predicted_value",
        ),
        no_rows(
            "no more e-mails were opened than sent",
            "select 1 from {batch} where count_of_emails_opened > count_of_emails_sent",
        ),
        no_rows(
            "money is told in the base currency, on the day that the models were built for",
            "select 1 from {batch}, audit_facts where currency <> base_currency or as_of_date <> as_of",
        ),
    ),
)
