{{ union_of('interactions', 'interaction_id') }}
