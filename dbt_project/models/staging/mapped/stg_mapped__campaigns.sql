{{ mapped_entity('campaigns', 'campaign_id') }}
