{{ ids_proposed(
    source('ledger', 'customer_ids'), ref('int_contacts_standardized'), ref('int_clusters_affected'),
    ref('int_customer_ids_kept'), 'customer_id', 'contact_id', 'c_'
) }}
