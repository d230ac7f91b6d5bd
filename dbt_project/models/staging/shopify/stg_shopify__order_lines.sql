{% set money = {'shopMoney': ['amount']} %}
with source as (

    {{ latest('shopify', 'orders', {
        'createdAt': 'text',
        'updatedAt': 'text',
        'lineItems': {'nodes': {'each': {
            'id': 'text', 'title': 'text', 'sku': 'text', 'quantity': 'text', 'product': ['id', 'productType'],
            'originalUnitPriceSet': money, 'discountedTotalSet': money
        }}}
    }) }}

),

unnested as (

    select
        source,
        record_id,
        is_deleted,
        {{ utc('r.createdAt') }} as created_at,
        coalesce({{ utc('r.updatedAt') }}, changed_at) as updated_at,
        unnest(r.lineItems.nodes) as r
    from source

),

renamed as (

    select
        {{ global_id(gid_number('r.id')) }} as order_line_id,
        source,
        {{ gid_number('r.id') }} as source_id,
        created_at,
        updated_at,
        is_deleted,
        {{ global_id(gid_number('record_id')) }} as order_id,
        {{ global_id(gid_number('r.product.id')) }} as product_id,
        {{ filled('r.sku') }} as sku,
        {{ filled('r.title') }} as description,
        {{ filled('r.product.productType') }} as category,
        {{ as_decimal('r.quantity') }} as quantity,
        {{ as_decimal(shop_money('originalUnitPriceSet')) }} as unit_price,
        {{ as_decimal(shop_money('discountedTotalSet')) }} as line_amount,
        {{ unread(decimals=[
            'r.quantity', shop_money('originalUnitPriceSet'), shop_money('discountedTotalSet')
        ]) }} as unread_fields
    from unnested

)

select * from renamed
