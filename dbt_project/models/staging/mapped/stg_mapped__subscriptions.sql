{{ mapped_subscriptions(is_newest=true) }}
