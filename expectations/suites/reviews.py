"""reviews: one row per review that still stands, with the customer who wrote it where that is known."""

from __future__ import annotations

from crm360.expectations.suite import Suite, between, carried, exists, key, live, no_rows, one_of, past, present, rows

SUITE = Suite(
    table="reviews",
    may_be_empty_if=("reviews",),
    personal=("review_id", "order_id", "source_id", "title", "comment", "author_name", "email"),
    expectations=(
        rows(),
        *key("review_id"),
        *present("source", "source_id", "is_off_scale", "reviewed_at"),
        one_of("sentiment", ("positive", "neutral", "negative")),
        one_of("matched_by", ("record", "address", "order")),
        exists("customer_id", "customers"),
        *past("reviewed_at", "replied_at"),
        between("rating_of_100", 0, 100),
        between("polarity", -1, 1),
        *carried(live("reviews"), "comment", "author_name", "place", "status"),
        no_rows(
            "a rating lies on its scale, and only one that is off it is lost",
            "select 1 from {batch} where rating not between 0 and rating_max or (is_off_scale and rating is not null) "
            "or (rating is null) <> (rating_of_100 is null)",
        ),
        no_rows(
            "a review has a customer if and only if it says how that is known",
            "select 1 from {batch} where (customer_id is null) <> (matched_by is null)",
        ),
        no_rows(
            "what is judged is told in a word, and what is not in none",
            "select 1 from {batch} where (polarity is null) <> (sentiment is null) "
            "or (polarity > 0.05) <> (sentiment = 'positive' and polarity <> 0.05)",
        ),
    ),
)
