{{ ids_assigned(
    source('ledger', 'customer_ids'), ref('int_identities_unioned'), ref('int_identities_clustered'),
    ref('int_customer_ids_claimed'), ref('int_customer_ids_proposed'), 'customer_id', 'contact_id'
) }}
