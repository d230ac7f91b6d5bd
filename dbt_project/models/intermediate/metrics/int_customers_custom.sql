{{ custom_survived(
    'contacts', ref('int_records_ranked'), ref('int_contacts_custom'), 'customer_id', 'contact_id'
) }}
