{{ union_shaped(columns_of('invoices', 'invoice_id'), {
    'stg_stripe__invoices': {'lacks': ['company_id', 'order_id']}
}, holds_back=true) }}
