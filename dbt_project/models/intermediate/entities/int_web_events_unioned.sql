{{ union_of('web_events', 'web_event_id') }}
