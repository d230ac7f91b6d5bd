{{ union_shaped(columns_of('deals', 'deal_id'), {
    'int_hubspot_deals_staged': {'lacks': []},
    'stg_salesforce__opportunities': {'lacks': ['pipeline', 'stage_order', 'lost_reason']},
    'int_dynamics_deals_priced': {'lacks': ['pipeline']},
    'stg_zoho__deals': {'lacks': ['stage_order']},
    'stg_siebel__opportunities': {'lacks': ['pipeline', 'stage_order', 'owner_id']},
    'stg_odoo__deals': {'lacks': ['company_id', 'pipeline', 'stage_order']},
    'stg_mapped__deals': {'lacks': []}
}, holds_back=true) }}
