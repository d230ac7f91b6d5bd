{#- What was taken off is told as a percentage or as an amount; what comes of it is reckoned here, for whether `sum`
    holds it is not said. A product that is switched off is not part of what the deal comes to. -#}
{% set often = {
    'weekly': ('week', 1), 'monthly': ('month', 1), 'quarterly': ('quarter', 1), 'semi-annually': ('month', 6),
    'annually': ('year', 1)
} %}
with source as (

    {{ latest('pipedrive', 'deal_products', [
        'deal_id', 'product_id', 'name', 'quantity', 'item_price', 'discount', 'discount_type', 'currency',
        'is_enabled', 'billing_frequency', 'add_time', 'update_time'
    ]) }}

),

renamed as (

    select
        {{ columns_of_record('deal_line_id', 'add_time', 'update_time') }},
        {{ global_id('r.deal_id') }} as deal_id,
        {{ global_id('r.product_id') }} as product_id,
        {{ nullif_blank('r.name') }} as description,
        {{ as_decimal('r.quantity') }} as quantity,
        {{ as_decimal('r.item_price') }} as unit_price,
        case lower(r.discount_type)
            when 'percentage'
                then {{ prorated(
                    as_decimal('r.quantity') ~ ' * ' ~ as_decimal('r.item_price'), as_decimal('r.discount'), '100'
                ) }}
            when 'amount' then {{ as_decimal('r.discount') }}
        end as discount_amount,
        {{ as_currency('r.currency') }} as currency,
        case lower({{ nullif_blank('r.billing_frequency') }})
            {%- for word, (interval, _) in often.items() %}
            when '{{ word }}' then '{{ interval }}'
            {%- endfor %}
        end as billing_interval,
        case lower({{ nullif_blank('r.billing_frequency') }})
            {%- for word, (_, count) in often.items() %}
            when '{{ word }}' then {{ count }}
            {%- endfor %}
        end as billing_interval_count,
        coalesce({{ as_flag('r.is_enabled') }}, true) as is_enabled,
        {{ unread(
            times=['r.add_time', 'r.update_time'], decimals=['r.quantity', 'r.item_price', 'r.discount']
        ) }} as parse_errors
    from source

)

select * {{ without('is_enabled') }}
from renamed
where is_enabled
