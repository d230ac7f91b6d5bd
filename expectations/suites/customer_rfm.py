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
    may_be_empty_because="nobody may have bought yet; the checks find a buyer who is missing",
    expectations=(
        rows(),
        *key("customer_id"),
        *present("recency_days", "frequency", "recency_score", "frequency_score", "rfm_name"),
        exists("customer_id", "customers"),
        between("recency_days", 0),
        between("frequency", 1),
        *(between(score, 1, 5) for score in SCORES),
        no_rows(
            "the cell is the three scores, and whoever has a value has one",
            "select 1 from {batch} where rfm_cell is distinct from "
            "recency_score::text || frequency_score::text || monetary_score::text "
            "or (monetary_value is null) <> (monetary_score is null)",
        ),
        *(_in_order(value, score) for value, score in zip(VALUES, SCORES, strict=True)),
        no_rows(
            "every buyer is here, with all purchases, less what was taken back since the first",
            "select 1 from (select * from {batch}) as told full join (select customer_id, "
            "count(*) filter (where is_sale) as sales, sum(net_revenue) filter (where is_sale "
            "or (order_kind <> 'sale' and purchased_at::date >= first_date)) as net from (select *, "
            "min(purchased_at::date) filter (where is_sale) over (partition by customer_id) as first_date "
            "from marts.transactions where customer_id is not null) as dated where first_date is not null "
            "group by customer_id) as bought on told.customer_id = bought.customer_id "
            "where told.frequency is distinct from bought.sales or told.monetary_value is distinct from bought.net",
        ),
        no_rows(
            "money is told in the base currency, on the day that the models were built for",
            "select 1 from {batch}, audit_facts where currency <> base_currency or as_of_date <> as_of",
        ),
    ),
)
