{{ union_of('deals', 'deal_id', holds_back=true) }}
