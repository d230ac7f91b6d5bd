"""review_queue: one row per pair of records of which a person should say whether they are one."""

from __future__ import annotations

from crm360.expectations.suite import Suite, between, exists, key, no_rows, present, rows

_OF_BOTH = ("full_name", "email", "phone", "birth_date", "street", "postal_code", "city", "country", "company_name")

SUITE = Suite(
    table="review_queue",
    may_be_empty_because="where nothing is doubtful nobody has to look; the last check finds a missing pair",
    may_shrink=True,
    personal=("contact_id_a", "contact_id_b", "agreed_on", *(f"{field}_{side}" for field in _OF_BOTH for side in "ab")),
    expectations=(
        rows(),
        *key("place_in_queue"),
        *present("contact_id_a", "contact_id_b", "is_one_customer", "asked_because", "count_of_records"),
        between("place_in_queue", 1),
        between("probability", 0, 1),
        between("count_of_records", 1),
        exists("customer_id_a", "customers", "customer_id"),
        exists("customer_id_b", "customers", "customer_id"),
        no_rows(
            "each pair is of two records",
            "select 1 from {batch} where contact_id_a >= contact_id_b",
        ),
        no_rows(
            "what is said of the customers is true",
            "select 1 from {batch} where is_one_customer <> (customer_id_a = customer_id_b)",
        ),
        no_rows(
            "no place in the queue is left out",
            "select 1 from (select count(*) as pairs, coalesce(max(place_in_queue), 0) as last_one from {batch}) as q "
            "where pairs <> last_one or (pairs = 0 and exists (select 1 from intermediate.int_pairs_asked))",
        ),
        no_rows(
            "each customer whose records contradict each other is asked about, as far as the queue reaches",
            "select 1 from intermediate.int_customers_contradicted as customers "
            "left join intermediate.int_pairs_asked as asked using (contact_id_a, contact_id_b) "
            "left join (select told.contact_id_a, told.contact_id_b, told.place_in_queue as place "
            "from (select * from {batch}) as told) as queue "
            "using (contact_id_a, contact_id_b) "
            "where asked.place_in_queue is null or (queue.place is null and asked.place_in_queue <= "
            "(select max(told.place_in_queue) from (select * from {batch}) as told))",
        ),
    ),
)
