{{ mapped_entity('invoices', 'invoice_id') }}
