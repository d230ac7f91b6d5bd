{% set money = {'shopMoney': ['amount', 'currencyCode']} %}
with source as (

    {{ latest('shopify', 'orders', {
        'name': 'text', 'createdAt': 'text', 'updatedAt': 'text', 'processedAt': 'text', 'cancelledAt': 'text',
        'test': 'text', 'displayFinancialStatus': 'text', 'sourceName': 'text', 'email': 'text', 'phone': 'text',
        'customer': ['id'], 'currencyCode': 'text', 'totalPriceSet': money, 'totalTaxSet': money,
        'totalDiscountsSet': money, 'totalShippingPriceSet': money, 'totalRefundedSet': money
    }) }}

),

renamed as (

    select
        {{ global_id(gid_number('record_id')) }} as order_id,
        source,
        {{ gid_number('record_id') }} as source_id,
        {{ utc('r.createdAt') }} as created_at,
        coalesce({{ utc('r.updatedAt') }}, changed_at) as updated_at,
        is_deleted,
        {{ filled('r.name') }} as name,
        {{ global_id('coalesce(' ~ gid_number('r.customer.id') ~ ', ' ~ guest_id('r.email') ~ ')') }} as contact_id,
        r.customer.id is null and {{ filled('r.email') }} is not null as is_guest,
        lower({{ filled('r.email') }}) as email,
        {{ filled('r.phone') }} as phone,
        coalesce({{ utc('r.processedAt') }}, {{ utc('r.createdAt') }}) as ordered_at,
        {{ utc('r.cancelledAt') }} as cancelled_at,
        case when {{ as_flag('r.test') }} then 'test' else 'sale' end as order_kind,
        lower({{ filled('r.displayFinancialStatus') }}) as status,
        upper(coalesce(r.totalPriceSet.shopMoney.currencyCode, {{ filled('r.currencyCode') }})) as currency,
        {{ as_decimal(shop_money('totalDiscountsSet')) }} as discount_amount,
        {{ as_decimal(shop_money('totalTaxSet')) }} as tax_amount,
        {{ as_decimal(shop_money('totalShippingPriceSet')) }} as shipping_amount,
        {{ as_decimal(shop_money('totalPriceSet')) }} as total_amount,
        {{ as_decimal(shop_money('totalRefundedSet')) }} as refunded_amount,
        {{ filled('r.sourceName') }} as channel,
        {{ unread(
            times=['r.createdAt', 'r.updatedAt', 'r.processedAt', 'r.cancelledAt'],
            decimals=[
                shop_money('totalDiscountsSet'), shop_money('totalTaxSet'), shop_money('totalShippingPriceSet'),
                shop_money('totalPriceSet'), shop_money('totalRefundedSet')
            ]
        ) }} as unread_fields
    from source

)

select * from renamed
