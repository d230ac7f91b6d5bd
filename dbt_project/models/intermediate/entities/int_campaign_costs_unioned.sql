{{ union_of('campaign_costs', 'campaign_cost_id', holds_back=true) }}
