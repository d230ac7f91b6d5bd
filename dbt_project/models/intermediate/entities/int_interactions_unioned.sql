{{ union_shaped(columns_of('interactions', 'interaction_id'), {
    'int_imap_messages_addressed': {'lacks': ['contact_id', 'campaign_id']},
    'int_hubspot_engagements_addressed': {'lacks': ['email', 'campaign_id']},
    'int_salesforce_tasks_completed': {'lacks': ['email', 'campaign_id']},
    'int_salesforce_members_responded': {'lacks': ['email']},
    'stg_mapped__interactions': {'lacks': []}
}) }}
