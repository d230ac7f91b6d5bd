{{ union_shaped(columns_of('campaigns', 'campaign_id'), {
    'stg_mailchimp__campaigns': {'lacks': ['cost', 'currency']},
    'stg_salesforce__campaigns': {'lacks': ['subject', 'list_id']},
    'int_odoo_mailings_grouped': {'has': ['name', 'channel', 'sent_at', 'count_of_sent']},
    'stg_mapped__campaigns': {'lacks': []}
}, holds_back=true) }}
