"""customer_value: one row per customer with at least one purchase: what it has been worth, and is to be."""

from __future__ import annotations

from crm360.expectations.suite import Suite, between, exists, key, no_rows, present, rows

SUITE = Suite(
    table="customer_value",
    may_be_empty_because="nobody may have bought yet; the suite of customer_rfm finds a buyer who is missing",
    expectations=(
        rows(),
        *key("customer_id"),
        *present("count_of_sales", "count_of_repeats", "days_observed", "currency", "as_of_date"),
        exists("customer_id", "customers"),
        between("probability_alive", 0, 1),
        between("expected_purchases", 0),
        between("expected_purchases_low", 0),
        between("expected_purchase_value", 0),
        no_rows(
            "there is a prediction or a reason, and never both",
            "select 1 from {batch} where (predicted_value is null) <> (unpredicted_because is not null)",
        ),
        no_rows(
            "there is a reason if and only if a model was not fitted",
            "select 1 from {batch} where (unpredicted_because is null) <> "
            "(select count(*) = 2 from marts.value_models where is_fitted)",
        ),
        no_rows(
            "what is predicted lies in its interval, which has its lower end below its upper one",
            "select 1 from {batch} where expected_purchases not between expected_purchases_low "
            "and expected_purchases_high or predicted_value not between predicted_value_low and predicted_value_high",
        ),
        no_rows(
            "the predicted value is that of the expected purchases",
            "select 1 from {batch} where abs(predicted_value - expected_purchases * expected_purchase_value) "
            "> 0.001 * (1 + expected_purchases + expected_purchase_value)",
        ),
        no_rows(
            "the same customers as in customer_rfm, and the same historic value",
            "select 1 from (select * from {batch}) as told full join marts.customer_rfm as scored "
            "on told.customer_id = scored.customer_id "
            "where told.historic_value is distinct from scored.monetary_value",
        ),
        no_rows(
            "money is told in the base currency, on the day that the models were built for",
            "select 1 from {batch}, audit_facts where currency <> base_currency or as_of_date <> as_of",
        ),
    ),
)
