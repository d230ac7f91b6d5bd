-- One row per id that some company once had and no company has now, with the company that has most of its
-- records today.
{{ ids_gone(
    source('ledger', 'account_ids'), ref('int_companies_assigned'), ref('int_companies_survived'), 'account_id'
) }}
