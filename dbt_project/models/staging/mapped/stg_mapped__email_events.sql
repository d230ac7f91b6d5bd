{{ mapped_entity('email_events', 'email_event_id') }}
