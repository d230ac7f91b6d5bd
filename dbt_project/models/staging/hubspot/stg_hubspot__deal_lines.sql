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
        {{ global_id('record_id') }} as deal_line_id,
        source,
        record_id as source_id,
        {{ utc('r.createdAt') }} as created_at,
        coalesce({{ utc('r.updatedAt') }}, changed_at) as updated_at,
        is_deleted or merged_into is not null as is_deleted,
        {{ global_id(first_of('r.associations.deals.results') ~ '.id') }} as deal_id,
        {{ global_id('r.properties.hs_product_id') }} as product_id,
        {{ nullif_blank('r.properties.hs_sku') }} as sku,
        {{ nullif_blank('r.properties.name') }} as description,
        {{ as_decimal('r.properties.quantity') }} as quantity,
        {{ as_decimal('r.properties.price') }} as unit_price,
        {{ as_decimal('r.properties.hs_pre_discount_amount') }} - {{ as_decimal('r.properties.amount') }}
            as discount_amount,
        {{ as_decimal('r.properties.amount') }} as line_amount,
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
        end as billing_interval_count,
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
    or deal_id is not null
