{{ mapped_entity('orders', 'order_id') }}
