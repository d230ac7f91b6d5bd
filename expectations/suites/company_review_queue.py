"""company_review_queue: one row per pair of company records of which a person should say whether they are one."""

from __future__ import annotations

from crm360.expectations.suite import Suite, between, exists, key, no_rows, present, rows

_OF_BOTH = ("name", "domain", "phone", "street", "postal_code", "city", "country", "industry")

SUITE = Suite(
    table="company_review_queue",
    may_be_empty_because="where nothing is doubtful nobody has to look; the last check finds a missing pair",
    may_shrink=True,
    personal=("company_id_a", "company_id_b", *(f"{field}_{side}" for field in _OF_BOTH for side in "ab")),
    expectations=(
        rows(),
        *key("place_in_queue"),
        *present("company_id_a", "company_id_b", "is_one_company", "probability", "agreement"),
        between("place_in_queue", 1),
        between("probability", 0, 1),
        exists("account_id_a", "companies", "account_id"),
        exists("account_id_b", "companies", "account_id"),
        no_rows(
            "each pair is of two records",
            "select 1 from {batch} where company_id_a >= company_id_b",
        ),
        no_rows(
            "what is said of the companies is true",
            "select 1 from {batch} where is_one_company <> (account_id_a = account_id_b)",
        ),
        no_rows(
            "no place in the queue is left out",
            "select 1 from (select count(*) as pairs, coalesce(max(place_in_queue), 0) as last_one from {batch}) as q "
            "where pairs <> last_one "
            "or (pairs = 0 and exists (select 1 from intermediate.int_company_review_candidates))",
        ),
    ),
)
