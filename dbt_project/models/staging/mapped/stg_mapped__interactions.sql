{{ mapped('interactions', 'interaction_id') }}
