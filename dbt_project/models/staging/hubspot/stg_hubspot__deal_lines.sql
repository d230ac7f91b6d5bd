-- A line belongs to one record alone: those of orders, quotes and invoices are no deal's. HubSpot says by one word how
-- often what is sold is paid.
{% set often = {
    'weekly': ('week', 1), 'biweekly': ('week', 2), 'monthly': ('month', 1), 'quarterly': ('quarter', 1),
    'per_six_months': ('month', 6), 'annually': ('year', 1), 'per_two_years': ('year', 2), 'per_three_years': ('year', 3),
    'per_four_years': ('year', 4), 'per_five_years': ('year', 5)
} %}
with source as (

    {{ latest('hubspot', 'line_items', {
        'createdAt': 'text',
        'updatedAt': 'text',
        'properties': [
            'name', 'quantity', 'price', 'amount', 'hs_pre_discount_amount', 'hs_product_id', 'hs_sku',
            'hs_line_item_currency_code', 'recurringbillingfrequency'
        ],
        'associations': {'deals': {'results': {'each': ['id']}}}
    }) }}

),

renamed as (

    select
        {{ hubspot_line('deal_line_id', 'deal_id', 'deals') }},
        {{ as_currency('r.properties.hs_line_item_currency_code') }} as currency,
        case lower({{ nullif_blank('r.properties.recurringbillingfrequency') }})
            {%- for word, (interval, _) in often.items() %}
            when '{{ word }}' then '{{ interval }}'
            {%- endfor %}
        end as billing_interval,
        case lower({{ nullif_blank('r.properties.recurringbillingfrequency') }})
            {%- for word, (_, count) in often.items() %}
            when '{{ word }}' then {{ count }}
            {%- endfor %}
        end as billing_interval_count
    from source

)

select * from renamed
where
    is_deleted
    or deal_id is not null
