{{ ids_assigned(
    source('ledger', 'account_ids'), ref('int_companies_keyed'), ref('int_companies_clustered'), 'account_id', 'company_id', 'a_'
) }}
