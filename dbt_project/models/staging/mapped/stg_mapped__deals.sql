{{ mapped('deals', 'deal_id') }}
