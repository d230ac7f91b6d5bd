"""revenue_entries: purchases at their time and refunds at theirs; together what the transactions say."""

from __future__ import annotations

from crm360.expectations.suite import Suite, exists, in_base_currency, key, no_rows, one_of, past, present, rows

SUITE = Suite(
    table="revenue_entries",
    may_be_empty_because="nobody may have bought yet; the last check finds a transaction that is missing",
    personal=("entry_id", "transaction_id", "record_id"),
    expectations=(
        rows(),
        *key("entry_id"),
        *present("entry", "transaction_id", "kind", "record_id", "source", "told_by", "is_sale"),
        one_of("entry", ("purchase", "refund")),
        one_of("kind", ("order", "deal", "invoice")),
        exists("customer_id", "customers"),
        exists("account_id", "companies"),
        *past("booked_at"),
        in_base_currency("base_currency"),
        no_rows(
            "a refund takes what it says and sells nothing, and comes after its purchase",
            "select 1 from (select * from {batch}) as told join marts.transactions as bought using (transaction_id) "
            "where entry = 'refund' and (told.is_sale or told.refunded_revenue <= 0 "
            "or told.net_revenue <> -told.refunded_revenue or told.gross_revenue <> 0 "
            "or told.booked_at < bought.purchased_at)",
        ),
        no_rows(
            "the entries of each transaction come to what it says",
            "select 1 from (select transaction_id, sum(gross_revenue) as gross, sum(refunded_revenue) as refunded, "
            "sum(net_revenue) as net, count(*) filter (where is_sale) as sales, "
            "count(*) filter (where entry = 'purchase') as purchases "
            "from {batch} group by all) as told full join marts.transactions as bought using (transaction_id) "
            "where told.gross is distinct from bought.gross_revenue or told.net is distinct from bought.net_revenue "
            "or told.refunded is distinct from bought.refunded_revenue or told.sales <> bought.is_sale::int "
            "or told.purchases is distinct from 1",
        ),
    ),
)
