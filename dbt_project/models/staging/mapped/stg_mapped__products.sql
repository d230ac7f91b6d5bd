{{ mapped('products', 'product_id') }}
