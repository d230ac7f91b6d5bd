{{ union_of('contacts', 'contact_id') }}
