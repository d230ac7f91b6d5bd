"""audiences: one row per audience as audiences.yml defines it, with who was left out and why."""

from __future__ import annotations

from crm360.expectations.suite import Suite, between, key, no_rows, one_of, present, rows

SUITE = Suite(
    table="audiences",
    may_shrink=True,
    expectations=(
        rows(),
        *key("audience"),
        *present(
            "purpose", "channel", "basis", "is_on", "rule", "count_of_customers", "count_of_members", "as_of_date"
        ),
        one_of("channel", ("email", "sms", "phone")),
        one_of(
            "basis",
            ("consent", "contract", "legal obligation", "vital interests", "public task", "legitimate interest"),
        ),
        between("count_of_customers", 0),
        no_rows(
            "whom the rule names is a member, or left out for one reason",
            "select 1 from {batch} where count_of_customers <> count_of_members + count_of_no_address "
            "+ count_of_unsubscribed + count_of_complained + count_of_bounced + count_of_refused + count_of_no_consent "
            "+ count_of_same_address",
        ),
        no_rows(
            "an audience that is switched off is empty",
            "select 1 from {batch} where not is_on and count_of_customers > 0",
        ),
        no_rows(
            "audiences are those of the day that the models were built for",
            "select 1 from {batch}, audit_facts where as_of_date <> as_of",
        ),
    ),
)
