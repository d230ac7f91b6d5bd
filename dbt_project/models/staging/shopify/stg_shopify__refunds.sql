{#- A refund states what of it were lines and shipping; what is left is a goodwill. -#}
{% set money = {'shopMoney': ['amount']} %}
with source as (

    {{ latest('shopify', 'orders', {
        'taxesIncluded': 'text',
        'refunds': {'each': {
            'id': 'text', 'createdAt': 'text', 'totalRefundedSet': money,
            'refundLineItems': {'nodes': {'each': {
                'quantity': 'text', 'lineItem': ['id'], 'subtotalSet': money, 'totalTaxSet': money
            }}},
            'refundShippingLines': {'nodes': {'each': {'subtotalAmountSet': money, 'taxAmountSet': money}}}
        }}
    }) }}

),

unnested as (

    select
        source,
        record_id,
        is_deleted,
        coalesce({{ as_flag('r.taxesIncluded') }}, false) as is_tax_included,
        {{ each() }}(r.refunds) as r
    from source

),

summed as (

    select
        *,
        {{ summed('r.refundLineItems.nodes', shop_money_of('subtotalSet')) }} as lines,
        {{ summed('r.refundLineItems.nodes', shop_money_of('totalTaxSet')) }} as line_taxes,
        {{ summed('r.refundShippingLines.nodes', shop_money_of('subtotalAmountSet')) }} as shipping,
        {{ summed('r.refundShippingLines.nodes', shop_money_of('taxAmountSet')) }} as shipping_taxes
    from unnested

)

select
    {{ global_id(gid_number('r.id')) }} as refund_id,
    source,
    {{ gid_number('record_id') }} as source_id,
    {{ utc('r.createdAt') }} as created_at,
    is_deleted,
    {{ global_id(gid_number('record_id')) }} as order_id,
    is_tax_included,
    r.refundLineItems.nodes as refund_lines,
    {{ as_decimal(shop_money('totalRefundedSet')) }} as amount,
    coalesce({{ as_decimal('lines') }}, 0) as line_amount,
    coalesce({{ as_decimal('line_taxes') }}, 0) as line_tax_amount,
    coalesce({{ as_decimal('shipping') }}, 0) as shipping_amount,
    coalesce({{ as_decimal('shipping_taxes') }}, 0) as shipping_tax_amount,
    {{ unread(
        times=['r.createdAt'],
        decimals=[shop_money('totalRefundedSet'), 'lines', 'line_taxes', 'shipping', 'shipping_taxes'],
        refunds=[shop_money('totalRefundedSet')]
    ) }} as parse_errors
from summed
