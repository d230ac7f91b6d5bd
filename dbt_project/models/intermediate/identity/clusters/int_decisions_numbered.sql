{{ decisions_numbered(ref('identity_decisions'), ref('int_contacts_standardized'), 'contact_id') }}
