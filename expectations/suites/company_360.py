"""company_360: one row per company, with everything known about it; its sums are those of the other tables."""

from __future__ import annotations

from crm360.expectations.suite import Suite, between, in_base_currency, key, no_rows, one_of, past, present, rows

SUITE = Suite(
    table="company_360",
    may_be_empty_if=("companies",),
    expectations=(
        rows(),
        *key("account_id"),
        *present("count_of_customers", "count_of_purchases", "count_of_tickets", "health", "as_of_date"),
        one_of("health", ("good", "watch", "at risk", "no purchase")),
        one_of("value_tier", ("high tier", "mid tier", "low tier")),
        one_of("lifecycle_risk", ("active", "cooling", "lapsed", "lost")),
        between("satisfaction_share", 0, 1),
        between("days_since_last_purchase", 0),
        *past("first_purchase_at", "last_purchase_at", "last_seen_at", "last_contacted_at"),
        in_base_currency(),
        no_rows(
            "every company is here, and none else",
            "select 1 from (select * from {batch}) as told full join marts.companies as companies "
            "on told.account_id = companies.account_id "
            "where told.account_id is null or companies.account_id is null",
        ),
        no_rows(
            "what each company bought is what its transactions say",
            "select 1 from (select * from {batch}) as told left join (select account_id, sum(net_revenue) as net, "
            "count(*) filter (where is_sale) as sales from marts.transactions "
            "where is_sale or order_kind <> 'sale' group by account_id) as summed "
            "on told.account_id = summed.account_id where told.count_of_purchases <> coalesce(summed.sales, 0) "
            "or told.net_revenue is distinct from (case when summed.account_id is null then 0 else summed.net end)",
        ),
        no_rows(
            "each company's deals and tickets are those that name it",
            "select 1 from (select * from {batch}) as told left join (select account_id, count(*) as opened "
            "from marts.deals where outcome = 'open' group by account_id) as deals "
            "on told.account_id = deals.account_id left join (select account_id, count(*) as tickets "
            "from marts.tickets group by account_id) as desk on told.account_id = desk.account_id "
            "where told.count_of_open_deals <> coalesce(deals.opened, 0) "
            "or told.count_of_tickets <> coalesce(desk.tickets, 0)",
        ),
    ),
)
