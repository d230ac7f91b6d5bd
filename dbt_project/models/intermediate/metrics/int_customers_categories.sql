-- One row per customer who bought something, or named a category among the interests: what it is, as lists.
{% set facts = ['category', 'kind', 'feature'] %}

with

-- Of products and services that the customer bought.
lines as (

    select distinct
        orders.customer_id,
        products.kind,
        products.features,
        coalesce(lines.category, products.category) as category
    from {{ ref('int_order_lines_unioned') }} as lines
    inner join {{ ref('int_orders_counted') }} as orders
        on lines.order_id = orders.order_id
    left join {{ ref('int_products_unioned') }} as products
        on lines.product_id = products.product_id
    where
        not lines.is_deleted
        and orders.is_sale
        and orders.customer_id is not null

),

catalogue as (

    -- What can be asked for is what is on offer: any other interest is a word of its own, perhaps a personal one.
    select
        lower(trim(category)) as category_key,
        min(category) as category
    from {{ ref('int_products_unioned') }}
    where
        not is_deleted
        and category is not null
    group by lower(trim(category))

),

asked as (

    select
        customer_id,
        {{ each() }}(split(replace(lower(interests), ',', ';'), ';')) as interest
    from {{ ref('int_golden_records') }}
    where interests is not null

),

features as (

    select
        customer_id,
        {{ each() }}(split(replace(features, ',', ';'), ';')) as feature
    from (
        select distinct
            customer_id,
            features
        from lines
    ) as bought
    where features is not null

),

named as (

    {% for fact in facts -%}
    select
        customer_id,
        '{{ fact }} bought' as fact,
        nullif(trim({{ fact }}), '') as value
    from {{ 'features' if fact == 'feature' else 'lines' }}
    union distinct
    {% endfor -%}
    select
        asked.customer_id,
        'category asked' as fact,
        catalogue.category as value
    from asked
    inner join catalogue
        on trim(asked.interest) = catalogue.category_key

)

select
    customer_id,
    {%- for column, fact in {
        'categories_bought': 'category bought', 'categories_asked': 'category asked', 'kinds_bought': 'kind bought',
        'features_bought': 'feature bought'
    }.items() %}
    {{ joined_in_order('value', '; ', 'value', where="fact = '" ~ fact ~ "'") }} as {{ column }},
    {%- endfor %}
    count(*) filter (where fact = 'category bought') as count_of_categories_bought
from named
where value is not null
group by customer_id
