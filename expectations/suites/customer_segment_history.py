"""customer_segment_history: one row per customer, segment and interval in which the customer was in it."""

from __future__ import annotations

from crm360.expectations.suite import Suite, key, no_rows, present, rows

SUITE = Suite(
    table="customer_segment_history",
    personal=("value",),
    expectations=(
        rows(),
        *key("customer_id", "segment", "valid_from"),
        *present("dimension", "is_current", "rule", "rule_version", "value"),
        no_rows(
            "who is in a segment today is in its history as current, under the same rule, and nobody else is",
            "select 1 from (select * from {batch} where is_current) as told full join marts.customer_segments as held "
            "on told.customer_id = held.customer_id and told.segment = held.segment "
            # A version from before versions were of words is the same rule if its words are the same.
            "where told.rule_version is distinct from held.rule_version "
            "and not coalesce(told.rule = held.rule and left(told.rule_version, 1) <> 'w', false)",
        ),
        no_rows(
            "an interval ends after it begins, with a reason, or is current",
            "select 1 from {batch} where is_current <> (valid_to is null) or is_current <> (left_because is null) "
            "or valid_to <= valid_from",
        ),
        no_rows(
            "the intervals of a customer in a segment do not overlap",
            "select 1 from (select valid_to, lead(valid_from) over (partition by customer_id, segment "
            "order by valid_from) as followed_at from (select *, count(*) over (partition by customer_id, segment) "
            "as intervals from {batch}) as counted where intervals > 1) as following "
            "where followed_at < coalesce(valid_to, date '9999-12-31')",
        ),
        no_rows(
            "no interval begins or ends after the day that the models were built for",
            "select 1 from {batch}, audit_facts where greatest(valid_from, valid_to) > as_of",
        ),
        no_rows(
            "what the ledger holds of a membership up to that day is here, unless it was corrected the same day",
            # What ends in this run is in the ledger only once it is published.
            "with departed as (select customer_id, segment, change, changed_on, entered_version "
            "from ledger.segment_changes union all select customer_id, segment, change, changed_on, entered_version "
            "from intermediate.int_segment_changes) "
            "select 1 from ledger.segment_changes as entered cross join audit_facts "
            "where entered.change = 'entered' and entered.changed_on <= as_of and not exists ("
            "select 1 from departed where departed.change = 'left' and departed.customer_id = entered.customer_id "
            "and departed.segment = entered.segment and departed.entered_version = entered.version "
            "and departed.changed_on = entered.changed_on) and not exists ("
            "select 1 from (select * from {batch}) as told where told.customer_id = entered.customer_id "
            "and told.segment = entered.segment and told.valid_from = entered.changed_on)",
        ),
    ),
)
