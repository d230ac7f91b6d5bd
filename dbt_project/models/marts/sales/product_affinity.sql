-- One row per product and product that is bought with it, in at least affinity_least_orders orders.
-- Orders of more than affinity_most_products products are a dealer's list and no basket: they are left out.
with

sized as (

    select
        *,
        count(*) over (partition by order_id) as count_of_products
    from {{ ref('int_baskets_grouped') }}

),

baskets as (

    select * from sized
    where count_of_products <= {{ var('affinity_most_products') }}

),

totals as (

    select count(distinct order_id) as count_of_all_orders from baskets

),

products as (

    select
        product_id,
        max({{ packed(['ordered_at', 'description']) }}).description as product,
        count(*) as count_of_orders
    from baskets
    group by product_id
    having count(*) >= {{ var('affinity_least_orders') }}

),

frequent as (

    select
        baskets.order_id,
        baskets.product_id
    from baskets
    inner join products
        on baskets.product_id = products.product_id

),

pairs as (

    select
        a.product_id as product_a,
        b.product_id as product_b,
        count(*) as count_of_orders_together
    from frequent as a
    inner join frequent as b
        on
            a.order_id = b.order_id
            and a.product_id < b.product_id
    group by a.product_id, b.product_id
    having count(*) >= {{ var('affinity_least_orders') }}

),

ordered as (

    select product_a as product_id, product_b as with_product_id, count_of_orders_together from pairs
    union all
    select product_b as product_id, product_a as with_product_id, count_of_orders_together from pairs

)

select
    ordered.product_id,
    ordered.with_product_id,
    one.product,
    other.product as with_product,
    ordered.count_of_orders_together,
    one.count_of_orders,
    other.count_of_orders as count_of_orders_of_other,
    totals.count_of_all_orders,
    cast(ordered.count_of_orders_together / totals.count_of_all_orders as decimal(18, 6)) as support,
    cast(ordered.count_of_orders_together / one.count_of_orders as decimal(18, 4)) as confidence,
    cast(
        ordered.count_of_orders_together * totals.count_of_all_orders / (one.count_of_orders * other.count_of_orders)
        as decimal(18, 4)
    ) as lift,
    row_number() over (
        partition by ordered.product_id
        order by ordered.count_of_orders_together desc, other.count_of_orders, ordered.with_product_id
    ) as position,
    cast('{{ var("as_of") }}' as date) as as_of_date
from ordered
inner join products as one
    on ordered.product_id = one.product_id
inner join products as other
    on ordered.with_product_id = other.product_id
cross join totals
