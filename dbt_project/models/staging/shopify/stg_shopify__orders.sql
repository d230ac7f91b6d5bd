{% set money = {'shopMoney': ['amount', 'currencyCode']} %}
{% set gift_cards = those_with('r.lineItems.nodes', as_flag('e.isGiftCard')) %}
{% set amounts = {
    'discount_amount': shop_money('totalDiscountsSet'), 'tax_amount': shop_money('totalTaxSet'),
    'total_shipping_amount': shop_money('totalShippingPriceSet'), 'total_amount': shop_money('totalPriceSet'),
    'refunded_amount': shop_money('totalRefundedSet'), 'current_total_amount': shop_money('currentTotalPriceSet'),
    'current_tax_amount': shop_money('currentTotalTaxSet'), 'tip_amount': shop_money('totalTipReceivedSet'),
    'duty_amount': shop_money('originalTotalDutiesSet'), 'charged_shipping_amount': 'shipping',
    'shipping_tax_amount': 'shipping_taxes', 'gift_card_amount': 'gift_cards',
    'gift_card_discount_amount': 'gift_card_discounts'
} %}
with source as (

    {{ latest('shopify', 'orders', {
        'name': 'text', 'createdAt': 'text', 'updatedAt': 'text', 'processedAt': 'text', 'cancelledAt': 'text',
        'test': 'text', 'displayFinancialStatus': 'text', 'sourceName': 'text', 'email': 'text', 'phone': 'text',
        'customer': ['id'], 'currencyCode': 'text', 'taxesIncluded': 'text', 'totalPriceSet': money,
        'totalTaxSet': money, 'totalDiscountsSet': money, 'totalShippingPriceSet': money, 'totalRefundedSet': money,
        'currentTotalPriceSet': money, 'currentTotalTaxSet': money, 'totalTipReceivedSet': money,
        'originalTotalDutiesSet': money,
        'shippingLines': {'nodes': {'each': {'discountedPriceSet': money, 'taxLines': {'each': {'priceSet': money}}}}},
        'lineItems': {'nodes': {'each': {
            'isGiftCard': 'text', 'originalTotalSet': money,
            'discountAllocations': {'each': {'allocatedAmountSet': money}}
        }}}
    }) }}

),

summed as (

    select
        *,
        {{ summed('r.shippingLines.nodes', shop_money_of('discountedPriceSet')) }} as shipping,
        {{ summed(flattened('r.shippingLines.nodes', 'taxLines'), shop_money_of('priceSet')) }} as shipping_taxes,
        {{ summed(gift_cards, shop_money_of('originalTotalSet')) }} as gift_cards,
        {{ summed(flattened(gift_cards, 'discountAllocations'), shop_money_of('allocatedAmountSet')) }}
            as gift_card_discounts
    from source

),

renamed as (

    select
        {{ global_id(gid_number('record_id')) }} as order_id,
        source,
        {{ gid_number('record_id') }} as source_id,
        record_id,
        {{ utc('r.createdAt') }} as created_at,
        coalesce({{ utc('r.updatedAt') }}, changed_at) as updated_at,
        is_deleted,
        {{ nullif_blank('r.name') }} as name,
        {{ global_id('coalesce(' ~ gid_number('r.customer.id') ~ ', ' ~ guest_id('r.email') ~ ')') }} as contact_id,
        r.customer.id is null and {{ nullif_blank('r.email') }} is not null as is_guest,
        lower({{ nullif_blank('r.email') }}) as email,
        {{ nullif_blank('r.phone') }} as phone,
        coalesce({{ utc('r.processedAt') }}, {{ utc('r.createdAt') }}) as ordered_at,
        {{ utc('r.cancelledAt') }} as cancelled_at,
        case when {{ as_flag('r.test') }} then 'test' else 'sale' end as order_kind,
        lower({{ nullif_blank('r.displayFinancialStatus') }}) as status,
        {{ as_currency('coalesce(r.totalPriceSet.shopMoney.currencyCode, r.currencyCode)') }} as currency,
        coalesce({{ as_flag('r.taxesIncluded') }}, false) as is_tax_included,
        {%- for name, text in amounts.items() %}
        {{ as_decimal(text) }} as {{ name }},
        {%- endfor %}
        {{ nullif_blank('r.sourceName') }} as channel,
        {{ unread(
            times=['r.createdAt', 'r.updatedAt', 'r.processedAt', 'r.cancelledAt'],
            decimals=amounts.values() | list, refunds=[amounts.refunded_amount]
        ) }} as parse_errors
    from summed

)

select * from renamed
