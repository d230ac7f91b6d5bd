{{ union_shaped(columns_of('tickets', 'ticket_id'), {
    'stg_zendesk__tickets': {'lacks': []},
    'stg_mapped__tickets': {'lacks': []}
}) }}
