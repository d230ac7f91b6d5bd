{{ union_shaped(columns_of('products', 'product_id'), {
    'stg_shopify__products': {'lacks': ['currency']},
    'stg_woocommerce__products': {'lacks': ['currency']},
    'stg_mapped__products': {'lacks': []}
}, holds_back=true) }}
