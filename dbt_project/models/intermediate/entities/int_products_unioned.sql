{{ union_of('products', 'product_id', holds_back=true) }}
