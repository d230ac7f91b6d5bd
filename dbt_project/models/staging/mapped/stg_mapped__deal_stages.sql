{{ mapped('deal_stages', 'deal_stage_id') }}
