{{ union_shaped(columns_of('deals', 'deal_id'), {
    'int_hubspot_deals_staged': {'lacks': []},
    'stg_mapped__deals': {'lacks': []}
}, holds_back=true) }}
