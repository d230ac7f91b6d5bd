"""transactions: one row per purchase or correction, counted once whoever tells of it."""

from __future__ import annotations

from crm360.expectations.suite import (
    Suite,
    between,
    exists,
    in_base_currency,
    key,
    no_rows,
    one_of,
    past,
    present,
    rows,
)

SUITE = Suite(
    table="transactions",
    may_be_empty_because="nobody may have bought yet; the last check finds an order that is missing",
    personal=("transaction_id", "record_id", "name", "may_repeat_transaction_id"),
    expectations=(
        rows(),
        *key("transaction_id"),
        *present("kind", "record_id", "source", "told_by", "count_of_records", "order_kind", "is_sale", "currency"),
        one_of("kind", ("order", "deal", "invoice")),
        one_of("order_kind", ("sale", "cancellation", "adjustment")),
        one_of("matched_by", ("stated order", "stated reference", "amount and time")),
        between("count_of_records", 1),
        exists("customer_id", "customers"),
        exists("account_id", "companies"),
        exists("attributed_campaign_id", "campaign_performance", "campaign_id"),
        exists("may_repeat_transaction_id", "transactions", "transaction_id"),
        *past("purchased_at"),
        in_base_currency("base_currency"),
        no_rows(
            "a transaction that several records tell of says how they were matched, and no other does",
            "select 1 from {batch} where (count_of_records > 1) <> (matched_by is not null) "
            "or count_of_records <> length(told_by) - length(replace(told_by, ';', '')) + 1",
        ),
        no_rows(
            "what may be told twice is told by other systems",
            "select 1 from (select * from {batch}) as told join marts.transactions as other "
            "on other.transaction_id = told.may_repeat_transaction_id "
            "where other.customer_id <> told.customer_id or other.source || other.kind = told.source || told.kind",
        ),
        no_rows(
            "every order that is no test and no repeat speaks for its transaction, with its own revenue",
            "select 1 from marts.orders as orders left join (select * from {batch}) as told "
            "on told.transaction_id = orders.transaction_id where orders.transaction_id is not null "
            "and not orders.is_repeat and (told.transaction_id is null "
            "or (told.kind = 'order' and told.net_revenue is distinct from orders.net_revenue))",
        ),
    ),
)
