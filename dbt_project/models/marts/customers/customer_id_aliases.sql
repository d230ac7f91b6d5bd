-- One row per id that some customer once had and no customer has now, with the customer who has most of
-- its records today. A merge leaves the loser's id here; a split leaves none, for one part keeps the id.
{{ ids_gone(
    source('ledger', 'customer_ids'), ref('int_customer_ids_assigned'), ref('int_golden_records'), 'customer_id'
) }}
