{{ mapped_entity('tickets', 'ticket_id') }}
