-- One row per customer who bought from a category, or named one among the interests: both as lists.
with

lines as (

    select distinct
        orders.customer_id,
        products.kind,
        coalesce(lines.category, products.category) as category
    from {{ ref('int_order_lines_unioned') }} as lines
    inner join {{ ref('int_orders_priced') }} as orders
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
        unnest(split(replace(lower(interests), ',', ';'), ';')) as interest
    from {{ ref('int_customers_survived') }}
    where interests is not null

),

named as (

    select distinct
        customer_id,
        category as category_bought,
        cast(null as string) as category_asked,
        cast(null as string) as kind_bought
    from lines
    where category is not null
    union all
    select distinct
        customer_id,
        cast(null as string) as category_bought,
        cast(null as string) as category_asked,
        kind as kind_bought
    from lines
    where kind is not null
    union all
    select distinct
        asked.customer_id,
        cast(null as string) as category_bought,
        catalogue.category as category_asked,
        cast(null as string) as kind_bought
    from asked
    inner join catalogue
        on trim(asked.interest) = catalogue.category_key

)

select
    customer_id,
    {{ dbt.listagg('category_bought', "'; '", 'order by category_bought') }} as categories_bought,
    {{ dbt.listagg('category_asked', "'; '", 'order by category_asked') }} as categories_asked,
    {{ dbt.listagg('kind_bought', "'; '", 'order by kind_bought') }} as kinds_bought,
    count(category_bought) as count_of_categories_bought
from named
group by customer_id
