{{ ids_proposed(
    source('ledger', 'customer_ids'), ref('int_identities_unioned'), ref('int_identities_regrouped'),
    ref('int_customer_ids_claimed'), 'customer_id', 'contact_id', 'c_'
) }}
