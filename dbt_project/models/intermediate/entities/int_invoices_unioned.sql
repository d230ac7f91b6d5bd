{{ union_of('invoices', 'invoice_id', holds_back=true) }}
