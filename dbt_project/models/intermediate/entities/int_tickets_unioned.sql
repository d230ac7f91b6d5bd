{{ union_shaped(columns_of('tickets', 'ticket_id'), {
    'stg_zendesk__tickets': {'lacks': ['product']},
    'stg_salesforce__cases': {'lacks': [
        'first_reply_minutes', 'count_of_reopens', 'satisfaction', 'product', 'count_of_replies', 'status_changed_at'
    ]},
    'stg_dynamics__incidents': {'has': [
        'contact_id', 'company_id', 'subject', 'status', 'priority', 'type', 'channel', 'agent_id', 'is_escalated',
        'is_closed'
    ]},
    'int_freshdesk_tickets_rated': {'lacks': ['product', 'count_of_replies']},
    'stg_siebel__service_requests': {'has': [
        'contact_id', 'company_id', 'subject', 'status', 'priority', 'type', 'channel', 'solved_at', 'is_closed'
    ]},
    'stg_mapped__tickets': {'lacks': []}
}) }}
