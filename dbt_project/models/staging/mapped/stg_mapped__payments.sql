{{ mapped('payments', 'payment_id') }}
