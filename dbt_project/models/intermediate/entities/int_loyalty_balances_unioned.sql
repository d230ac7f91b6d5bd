{{ union_of('loyalty_balances', 'loyalty_balance_id', holds_back=true) }}
