{{ mapped_entity('loyalty_events', 'loyalty_event_id') }}
