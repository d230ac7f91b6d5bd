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
        {{ global_id('record_id') }} as order_line_id,
        source,
        record_id as source_id,
        {{ utc('r.createdAt') }} as created_at,
        coalesce({{ utc('r.updatedAt') }}, changed_at) as updated_at,
        is_deleted or merged_into is not null as is_deleted,
        {{ global_id(first_of('r.associations.orders.results') ~ '.id') }} as order_id,
        {{ global_id('r.properties.hs_product_id') }} as product_id,
        {{ nullif_blank('r.properties.hs_sku') }} as sku,
        {{ nullif_blank('r.properties.name') }} as description,
        {{ as_decimal('r.properties.quantity') }} as quantity,
        {{ as_decimal('r.properties.price') }} as unit_price,
        {{ as_decimal('r.properties.hs_pre_discount_amount') }} - {{ as_decimal('r.properties.amount') }}
            as discount_amount,
        {{ as_decimal('r.properties.amount') }} as line_amount,
        {{ unread(
            times=['r.createdAt', 'r.updatedAt'],
            decimals=[
                'r.properties.quantity', 'r.properties.price', 'r.properties.amount',
                'r.properties.hs_pre_discount_amount'
            ]
        ) }} as parse_errors
    from source

)

select * from renamed
where
    is_deleted
    or order_id is not null
