{{ ids_claimed(
    source('ledger', 'customer_ids'), ref('int_contacts_standardized'), ref('int_clusters_affected'),
    'customer_id', 'contact_id'
) }}
