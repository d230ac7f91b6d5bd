{{ union_of('deal_stages', 'deal_stage_id', holds_back=true) }}
