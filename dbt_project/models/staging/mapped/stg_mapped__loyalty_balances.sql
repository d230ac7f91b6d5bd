{{ mapped_entity('loyalty_balances', 'loyalty_balance_id') }}
