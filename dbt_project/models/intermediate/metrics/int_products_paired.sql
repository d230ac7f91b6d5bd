-- One row per two products that at least affinity_least_orders sales hold both of, the smaller id first. Sales of more
-- than affinity_most_products products are a dealer's list and no basket: they are left out of all counts.
with

lists as (

    select order_id from {{ ref('int_baskets_grouped') }}
    group by order_id
    having count(*) > {{ var('affinity_most_products') }}

),

baskets as (

    select grouped.*
    from {{ ref('int_baskets_grouped') }} as grouped
    left join lists
        on grouped.order_id = lists.order_id
    where lists.order_id is null

),

totals as (

    select count(distinct order_id) as count_of_all_orders from baskets

),

products as (

    select
        product_id,
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

)

select
    pairs.*,
    a.count_of_orders as count_of_orders_a,
    b.count_of_orders as count_of_orders_b,
    totals.count_of_all_orders
from pairs
inner join products as a
    on pairs.product_a = a.product_id
inner join products as b
    on pairs.product_b = b.product_id
cross join totals
