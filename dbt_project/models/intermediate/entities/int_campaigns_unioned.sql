{{ union_of('campaigns', 'campaign_id', holds_back=true) }}
