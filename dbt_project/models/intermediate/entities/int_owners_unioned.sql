{{ union_of('owners', 'owner_id') }}
