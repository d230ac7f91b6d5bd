{{ union_of('loyalty_events', 'loyalty_event_id', holds_back=true) }}
