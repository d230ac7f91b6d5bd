{{ union_shaped(columns_of('deal_stages', 'deal_stage_id'), {
    'stg_hubspot__deal_stages': {'lacks': []},
    'stg_salesforce__deal_stages': {'lacks': ['pipeline', 'stage_order']},
    'stg_mapped__deal_stages': {'lacks': []}
}, holds_back=true) }}
