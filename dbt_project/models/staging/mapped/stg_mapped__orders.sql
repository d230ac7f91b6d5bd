{{ mapped('orders', 'order_id') }}
