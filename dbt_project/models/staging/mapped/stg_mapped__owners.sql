{{ mapped_entity('owners', 'owner_id') }}
