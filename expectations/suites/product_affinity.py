"""product_affinity: one row per product and product that is bought with it, the best companions first."""

from __future__ import annotations

from crm360.expectations.suite import Suite, between, key, no_rows, present, rows

SUITE = Suite(
    table="product_affinity",
    may_be_empty_because="orders may hold one product each; the last check finds a suggested pair that is missing",
    may_shrink=True,
    personal=("product", "with_product"),
    expectations=(
        rows(),
        *key("product_id", "with_product_id"),
        *present("count_of_orders_together", "support", "confidence", "lift", "position"),
        between("count_of_orders_together", 1),
        between("support", 0, 1),
        between("confidence", 0, 1),
        no_rows(
            "no more orders hold both than hold one",
            "select 1 from {batch} where product_id = with_product_id "
            "or count_of_orders_together > least(count_of_orders, count_of_orders_of_other) "
            "or greatest(count_of_orders, count_of_orders_of_other) > count_of_all_orders",
        ),
        no_rows(
            "a pair that stands both ways round has one count and one lift",
            "select 1 from (select * from {batch}) as one join (select * from {batch}) as other "
            "on one.product_id = other.with_product_id and one.with_product_id = other.product_id "
            "where one.count_of_orders_together is distinct from other.count_of_orders_together "
            "or one.lift is distinct from other.lift",
        ),
        no_rows(
            "the companions of a product are numbered from 1 on",
            "select 1 from {batch} group by product_id having max(position) <> count(*) or min(position) <> 1",
        ),
        no_rows(
            "pairs are those of the day that the models were built for",
            "select 1 from {batch}, audit_facts where as_of_date <> as_of",
        ),
        no_rows(
            "what is suggested to a customer goes with something",
            "select 1 from marts.customer_360 where next_product_id is not null and not exists "
            "(select 1 from (select * from {batch}) as told where told.with_product_id = next_product_id)",
        ),
    ),
)
