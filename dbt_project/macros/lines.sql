{#- Lines of orders and of deals. -#}

{#- What a line comes to and what was taken off it; of the two what no source says follows from the other, and the price. -#}
{% macro line_amounts(lines) -%}
    coalesce(
        {{ lines }}.discount_amount,
        cast({{ lines }}.quantity * {{ lines }}.unit_price - {{ lines }}.line_amount as decimal(18, 4))
    ) as discount_amount,
    coalesce(
        {{ lines }}.line_amount,
        cast({{ lines }}.quantity * {{ lines }}.unit_price - coalesce({{ lines }}.discount_amount, 0) as decimal(18, 4))
    ) as line_amount
{%- endmacro %}

{#- What HubSpot's line items say alike, whatever they are lines of: `of` is the object that they are associated with. -#}
{% macro hubspot_line(line_id, of_id, of) -%}
        {{ crm360.global_id('record_id') }} as {{ line_id }},
        source,
        record_id as source_id,
        {{ crm360.utc('r.createdAt') }} as created_at,
        coalesce({{ crm360.utc('r.updatedAt') }}, changed_at) as updated_at,
        is_deleted or merged_into is not null as is_deleted,
        {{ crm360.global_id(crm360.first_of('r.associations.' ~ of ~ '.results') ~ '.id') }} as {{ of_id }},
        {{ crm360.global_id('r.properties.hs_product_id') }} as product_id,
        {{ crm360.nullif_blank('r.properties.hs_sku') }} as sku,
        {{ crm360.nullif_blank('r.properties.name') }} as description,
        {{ crm360.as_decimal('r.properties.quantity') }} as quantity,
        {{ crm360.as_decimal('r.properties.price') }} as unit_price,
        {{ crm360.as_decimal('r.properties.hs_pre_discount_amount') }} - {{ crm360.as_decimal('r.properties.amount') }}
            as discount_amount,
        {{ crm360.as_decimal('r.properties.amount') }} as line_amount,
        {{ crm360.unread(
            times=['r.createdAt', 'r.updatedAt'],
            decimals=[
                'r.properties.quantity', 'r.properties.price', 'r.properties.amount',
                'r.properties.hs_pre_discount_amount'
            ]
        ) }} as parse_errors
{%- endmacro %}
