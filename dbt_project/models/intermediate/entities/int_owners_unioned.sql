{{ union_shaped(columns_of('owners', 'owner_id'), {
    'stg_hubspot__owners': {'lacks': []},
    'int_zendesk_agents_filtered': {'lacks': []},
    'stg_salesforce__users': {'lacks': []},
    'stg_dynamics__systemusers': {'lacks': []},
    'stg_zoho__users': {'lacks': []}
}) }}
