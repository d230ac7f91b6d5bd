{{ mapped_web_events() }}
