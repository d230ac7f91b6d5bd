{{ union_shaped(columns_of('interactions', 'interaction_id'), {
    'int_imap_messages_addressed': {'lacks': ['contact_id', 'campaign_id']},
    'stg_mapped__interactions': {'lacks': []}
}) }}
