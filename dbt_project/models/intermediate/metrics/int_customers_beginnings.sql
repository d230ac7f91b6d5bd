-- One row per customer of whom it is told how they began: what kind of lead they are by what a source says and seed
-- lead_words knows, and what brought most in the first order that has lines.
{% set letters = '[^\\p{L}%]' %}

with

said as (

    {% for field in ['lead_status', 'rejection_reason', 'lifecycle_stage'] -%}
    select
        customer_id,
        '{{ field }}' as field,
        {{ replace_all('lower(' ~ field ~ ')', letters, '') }} as words
    from {{ ref('int_golden_records') }}
    where {{ field }} is not null
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

lead_kinds as (

    select
        said.customer_id,
        min_by(lead_words.meaning, lead_words.position) filter (where lead_words.meaning is not null) as lead_kind
    from said
    inner join {{ ref('lead_words') }} as lead_words
        on
            said.field = lead_words.field
            and said.words like {{ replace_all('lower(lead_words.pattern)', letters, '') }}
    group by said.customer_id

),

first_products as (

    select
        customer_id,
        product_id as first_product_id,
        coalesce(description, sku) as first_product
    from {{ ref('order_lines') }}
    where
        is_sale
        and customer_id is not null
    qualify row_number() over (
        partition by customer_id
        order by ordered_at nulls last, order_id nulls last, line_amount desc nulls last, order_line_id nulls last
    ) = 1

)

select
    lead_kinds.lead_kind,
    first_products.first_product_id,
    first_products.first_product,
    coalesce(lead_kinds.customer_id, first_products.customer_id) as customer_id
from lead_kinds
full outer join first_products
    on lead_kinds.customer_id = first_products.customer_id
