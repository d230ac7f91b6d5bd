"""customer_rfm: one row per customer with at least one purchase, scored by recency, frequency and monetary value."""

from __future__ import annotations

from great_expectations.expectations.expectation import Expectation

from crm360.expectations.suite import Suite, between, exists, key, no_rows, present, rows

VALUES = ("-recency_days", "frequency", "monetary_value")
SCORES = ("recency_score", "frequency_score", "monetary_score")


def _in_order(value: str, score: str) -> Expectation:
    """Expect every customer with a lower score to have less than every one with a higher score."""
    return no_rows(
        f"who has a higher {score} has more {value.removeprefix('-')} (of recency_days, fewer)",
        f"select 1 from (select {score} as score, max({value}) as most from {{batch}} group by all) as a, "
        f"(select {score} as score, min({value}) as least from {{batch}} group by all) as b "
        "where a.score < b.score and a.most >= b.least",
    )


SUITE = Suite(
    table="customer_rfm",
    may_be_empty_if=("orders",),
    expectations=(
        rows(),
        *key("customer_id"),
        *present("recency_days", "frequency", "monetary_value", *SCORES, "rfm_cell", "rfm_name"),
        exists("customer_id", "customers"),
        between("recency_days", 0),
        between("frequency", 1),
        *(between(score, 1, 5) for score in SCORES),
        no_rows(
            "the cell is the three scores",
            "select 1 from {batch} "
            "where rfm_cell <> recency_score::text || frequency_score::text || monetary_score::text",
        ),
        *(_in_order(value, score) for value, score in zip(VALUES, SCORES, strict=True)),
        no_rows(
            "everybody is here who has purchased by the day that the models were built for, with all sales until then",
            "select 1 from (select * from {batch}) as told full join (select customer_id, count(*) as sales, "
            "coalesce(sum(net_revenue), 0) as net from marts.orders, audit_facts where is_sale "
            "and customer_id is not null "
            "and ordered_at::date <= as_of group by customer_id) as bought on told.customer_id = bought.customer_id "
            "where told.frequency is distinct from bought.sales or told.monetary_value is distinct from bought.net",
        ),
        no_rows(
            "money is told in the base currency, on the day that the models were built for",
            "select 1 from {batch}, audit_facts where currency <> base_currency or as_of_date <> as_of",
        ),
    ),
)
