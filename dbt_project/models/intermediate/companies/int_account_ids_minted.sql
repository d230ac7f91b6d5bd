{{ ids_proposed(
    source('ledger', 'account_ids'), ref('int_companies_keyed'), ref('int_companies_clustered'),
    ref('int_account_ids_kept'), 'account_id', 'company_id', 'a_'
) }}
