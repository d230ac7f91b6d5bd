{% set money = {'shopMoney': ['amount']} %}
with source as (

    {{ latest('shopify', 'orders', {
        'createdAt': 'text',
        'updatedAt': 'text',
        'cancelledAt': 'text',
        'lineItems': {'nodes': {'each': {
            'id': 'text', 'title': 'text', 'sku': 'text', 'quantity': 'text', 'currentQuantity': 'text',
            'product': ['id', 'productType'], 'isGiftCard': 'text', 'originalUnitPriceSet': money,
            'originalTotalSet': money, 'discountedTotalSet': money,
            'discountAllocations': {'each': {'allocatedAmountSet': money}}
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
        r.cancelledAt is not null as is_cancelled,
        {{ each() }}(r.lineItems.nodes) as r
    from source

),

summed as (

    select
        *,
        {{ summed('r.discountAllocations', shop_money_of('allocatedAmountSet')) }} as allocated
    from unnested

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
        {{ nullif_blank('r.sku') }} as sku,
        {{ nullif_blank('r.title') }} as description,
        {{ nullif_blank('r.product.productType') }} as category,
        {{ as_decimal('r.quantity') }} as quantity,
        {{ as_decimal(shop_money('originalUnitPriceSet')) }} as unit_price,
        -- What is allocated to the line holds all discounts. Records that were pulled earlier have the discounted total
        -- instead, which leaves out what a code takes off.
        least(
            {{ as_decimal(shop_money('discountedTotalSet')) }},
            {{ as_decimal(shop_money('originalTotalSet')) }} - coalesce({{ as_decimal('allocated') }}, 0)
        ) as line_amount,
        case when not is_cancelled then {{ as_decimal('r.currentQuantity') }} end as current_quantity,
        coalesce({{ as_flag('r.isGiftCard') }}, false) as is_gift_card,
        {{ unread(decimals=[
            'r.quantity', 'r.currentQuantity', shop_money('originalUnitPriceSet'), shop_money('originalTotalSet'),
            shop_money('discountedTotalSet'), 'allocated'
        ]) }} as parse_errors
    from summed

)

select * from renamed
