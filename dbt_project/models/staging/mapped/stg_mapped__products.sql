{{ mapped_entity('products', 'product_id') }}
