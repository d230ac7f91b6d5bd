{{ decisions_checked(ref('int_decisions_numbered'), ref('int_customer_ids_assigned'), 'contact_id') }}
