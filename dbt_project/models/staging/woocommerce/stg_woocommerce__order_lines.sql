{#- Prices in a line hold no tax; here they do, as in all other sources: what the buyer pays. -#}
with source as (

    {{ latest('woocommerce', 'orders', {
        'date_created_gmt': 'text',
        'date_modified_gmt': 'text',
        'status': 'text',
        'line_items': {'each': [
            'id', 'name', 'product_id', 'sku', 'quantity', 'subtotal', 'subtotal_tax', 'total', 'total_tax'
        ]}
    }) }}

),

unnested as (

    select
        source,
        record_id,
        is_deleted,
        {{ utc('r.date_created_gmt') }} as created_at,
        coalesce({{ utc('r.date_modified_gmt') }}, changed_at) as updated_at,
        {{ each() }}(r.line_items) as r
    from source
    where coalesce(r.status, '') <> 'checkout-draft'

),

renamed as (

    select
        {{ global_id('r.id') }} as order_line_id,
        source,
        r.id as source_id,
        created_at,
        updated_at,
        is_deleted,
        {{ global_id('record_id') }} as order_id,
        {{ global_id("nullif(r.product_id, '0')") }} as product_id,
        {{ nullif_blank('r.sku') }} as sku,
        {{ nullif_blank('r.name') }} as description,
        {{ as_decimal('r.quantity') }} as quantity,
        {{ quotient(
            '(' ~ as_decimal('r.subtotal') ~ ' + ' ~ as_decimal('r.subtotal_tax') ~ ')',
            'nullif(' ~ as_decimal('r.quantity') ~ ', 0)'
        ) }} as unit_price,
        {{ as_decimal('r.total') }} + {{ as_decimal('r.total_tax') }} as line_amount,
        {{ unread(decimals=['r.quantity', 'r.subtotal', 'r.subtotal_tax', 'r.total', 'r.total_tax']) }} as parse_errors
    from unnested

)

select * from renamed
