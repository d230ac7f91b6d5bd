{{ union_of('subscriptions', 'subscription_id', holds_back=true) }}
