{{ custom_records('contacts', 'contact_id') }}
