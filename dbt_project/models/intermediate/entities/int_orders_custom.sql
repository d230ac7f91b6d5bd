{{ custom_records('orders', 'order_id') }}
