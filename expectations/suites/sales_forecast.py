"""sales_forecast: one row per day of forecast, source and pipeline; the past days are the record of the rule."""

from __future__ import annotations

from crm360.expectations.suite import Suite, between, in_base_currency, key, no_rows, present, rows

SUITE = Suite(
    table="sales_forecast",
    may_be_empty_because="no deal may be open; those that are open are looked for",
    expectations=(
        rows(),
        *key("forecast_date", "source", "pipeline"),
        *present("is_backtest", "count_of_open_deals"),
        no_rows(
            "there are amounts, or a reason why not",
            "select 1 from {batch} where (amount is null) = (no_amount_because is null) "
            "or (amount is null) <> (expected_amount is null) or (amount is null) <> (standard_error is null) "
            "or (amount is null) <> (expected_amount_low is null or expected_amount_high is null)",
        ),
        between("expected_amount", 0),
        between("standard_error", 0),
        in_base_currency(),
        no_rows(
            "the forecast is of the day, and what came of it is known of the days before only",
            "select 1 from {batch}, audit_facts where forecast_date > as_of or is_backtest <> (forecast_date < as_of) "
            "or (is_backtest and amount is not null) <> (won_amount is not null)",
        ),
        no_rows(
            "what is expected lies in its range, and the range between nothing and everything",
            "select 1 from {batch} where expected_amount not between expected_amount_low and expected_amount_high "
            "or expected_amount_low < 0 or expected_amount_high > amount",
        ),
        no_rows(
            "the error is what was expected less what came",
            "select 1 from {batch} where error_amount is distinct from expected_amount - won_amount",
        ),
        no_rows(
            "every open deal is in the forecast of the day",
            "select 1 from (select coalesce(sum(count_of_open_deals), 0) as opened from {batch} where not is_backtest) "
            "as told cross join (select count(*) as opened from marts.deals where outcome = 'open') as counted "
            "where told.opened <> counted.opened",
        ),
        no_rows(
            "no more deals are left out than were open",
            "select 1 from {batch} where count_of_undecided + count_of_left_out > count_of_open_deals",
        ),
    ),
)
