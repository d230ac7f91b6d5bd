{{ union_shaped(columns_of('payments', 'payment_id'), {
    'stg_stripe__charges': {'lacks': ['order_id']},
    'int_stripe_refunds_charged': {'lacks': ['order_id']},
    'int_woocommerce_refunds_paid': {'lacks': ['invoice_id', 'status', 'method']},
    'stg_mapped__payments': {'lacks': []}
}, holds_back=true) }}
