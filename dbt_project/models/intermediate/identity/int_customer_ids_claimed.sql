{{ ids_claimed(
    source('ledger', 'customer_ids'), ref('int_identities_unioned'), ref('int_identities_regrouped'),
    'customer_id', 'contact_id'
) }}
