{{ mapped('invoices', 'invoice_id') }}
