{{ mapped_subscriptions(is_newest=false) }}
