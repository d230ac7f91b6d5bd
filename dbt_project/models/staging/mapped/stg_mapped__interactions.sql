{{ mapped_entity('interactions', 'interaction_id') }}
