{{ ids_claimed(
    source('ledger', 'customer_ids'), ref('int_identities_unioned'), ref('int_identities_clustered'),
    'customer_id', 'contact_id'
) }}
