{{ mapped_entity('deal_stages', 'deal_stage_id') }}
