-- A line belongs to one record alone: those of deals, quotes and invoices are no order's.
with source as (

    {{ latest('hubspot', 'line_items', {
        'createdAt': 'text',
        'updatedAt': 'text',
        'properties': ['name', 'quantity', 'price', 'amount', 'hs_pre_discount_amount', 'hs_product_id', 'hs_sku'],
        'associations': {'orders': {'results': {'each': ['id']}}}
    }) }}

),

renamed as (

    select
        {{ hubspot_line('order_line_id', 'order_id', 'orders') }}
    from source

)

select * from renamed
where
    is_deleted
    or order_id is not null
