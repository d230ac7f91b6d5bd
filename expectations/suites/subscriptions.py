"""subscriptions: one row per subscription that still exists in its source; only one that is paid for brings revenue."""

from __future__ import annotations

from crm360.expectations.suite import (
    Suite,
    between,
    carried,
    converted,
    exists,
    in_base_currency,
    key,
    live,
    no_rows,
    one_of,
    present,
    rows,
)

STATES = ("scheduled", "trialing", "active", "past due", "unpaid", "paused", "incomplete", "ended")
INTERVALS = ("day", "week", "month", "quarter", "year")

SUITE = Suite(
    table="subscriptions",
    may_be_empty_if=("subscriptions",),
    personal=("subscription_id", "contact_id", "company_id", "source_id"),
    expectations=(
        rows(),
        *key("subscription_id"),
        *present("source", "source_id", "state", "is_paying", "currency", "base_currency"),
        no_rows(
            "when it began to be paid for is known where its start is",
            "select 1 from {batch} where started_at is not null and paid_from is null",
        ),
        one_of("state", STATES),
        one_of("billing_interval", INTERVALS),
        exists("customer_id", "customers"),
        between("monthly_revenue", 0),
        *carried(live("subscriptions"), "contact_id", "plan", "monthly_amount", "trial_ends_at"),
        no_rows(
            "what is active or past due brings its amount, and nothing else brings any",
            "select 1 from {batch} where is_paying <> (state in ('active', 'past due')) "
            "or monthly_revenue is distinct from (case when is_paying "
            "then (monthly_amount * exchange_rate)::decimal(18, 4) else 0 end)",
        ),
        no_rows(
            "what has ended is over, and what has not is not",
            "select 1 from {batch}, audit_facts where state <> 'scheduled' "
            "and (state = 'ended') <> coalesce(ended_at::date <= as_of, state = 'ended')",
        ),
        no_rows(
            "who is on trial does not pay yet",
            "select 1 from {batch}, audit_facts "
            "where is_paying and (trial_ends_at::date > as_of or paid_from::date > as_of)",
        ),
        no_rows(
            "a rate is that of the day, and of the base currency 1",
            "select 1 from {batch} where exchange_rate <= 0 "
            "or (currency = base_currency and exchange_rate is distinct from 1)",
        ),
        converted("as_of"),
        in_base_currency("base_currency"),
    ),
)
