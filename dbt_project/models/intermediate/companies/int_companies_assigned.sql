{{ ids_assigned(
    source('ledger', 'account_ids'), ref('int_companies_keyed'), ref('int_companies_clustered'),
    ref('int_account_ids_kept'), ref('int_account_ids_minted'), 'account_id', 'company_id'
) }}
