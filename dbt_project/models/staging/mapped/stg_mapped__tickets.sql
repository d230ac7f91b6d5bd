{{ mapped('tickets', 'ticket_id') }}
