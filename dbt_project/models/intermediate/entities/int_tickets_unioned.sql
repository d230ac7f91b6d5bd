{{ union_of('tickets', 'ticket_id') }}
