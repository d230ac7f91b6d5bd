{{ mapped_entity('payments', 'payment_id') }}
