{{ mapped_entity('deals', 'deal_id') }}
