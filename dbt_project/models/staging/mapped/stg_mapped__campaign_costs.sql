{{ mapped_campaign_costs() }}
