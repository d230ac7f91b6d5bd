{{ union_shaped(columns_of('campaigns', 'campaign_id'), {
    'stg_mailchimp__campaigns': {'lacks': ['cost', 'currency']},
    'stg_mapped__campaigns': {'lacks': []}
}, holds_back=true) }}
