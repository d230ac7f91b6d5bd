{{ custom_records('deals', 'deal_id') }}
