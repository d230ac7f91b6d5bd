{{ mapped_entity('contacts', 'contact_id') }}
