{{ mapped('contacts', 'contact_id') }}
