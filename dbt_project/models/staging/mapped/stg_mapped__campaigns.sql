{{ mapped('campaigns', 'campaign_id') }}
