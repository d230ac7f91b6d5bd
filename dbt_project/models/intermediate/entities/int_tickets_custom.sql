{{ custom_records('tickets', 'ticket_id') }}
