{{ union_shaped(columns_of('invoices', 'invoice_id'), {
    'stg_stripe__invoices': {'lacks': ['company_id', 'order_id']},
    'stg_mapped__invoices': {'lacks': []}
}, holds_back=true) }}
