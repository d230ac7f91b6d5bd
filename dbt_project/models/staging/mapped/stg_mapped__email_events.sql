{{ mapped('email_events', 'email_event_id') }}
