-- One row per customer for whom there is a next product: what goes best with what the last sale held, and was never
-- bought. Looked at are each product's five best companions with a lift above 1 that are still on offer.
with

baskets as (

    select * from {{ ref('int_baskets_grouped') }}
    where customer_id is not null

),

newest as (

    select
        customer_id,
        max({{ packed(['ordered_at', 'order_id']) }}).order_id as order_id
    from baskets
    group by customer_id

),

companions as (

    select affinity.*
    from {{ ref('product_affinity') }} as affinity
    left join {{ ref('int_products_unioned') }} as products
        on affinity.with_product_id = products.product_id
    where
        affinity.position <= 5
        and affinity.lift > 1
        and not coalesce(products.is_deleted, false)

),

candidates as (

    select
        baskets.customer_id,
        companions.product_id,
        companions.with_product_id,
        companions.confidence,
        companions.lift
    from baskets
    inner join newest
        on
            baskets.customer_id = newest.customer_id
            and baskets.order_id = newest.order_id
    inner join companions
        on baskets.product_id = companions.product_id

),

chosen as (

    select candidates.*
    from candidates
    left join baskets
        on
            candidates.customer_id = baskets.customer_id
            and candidates.with_product_id = baskets.product_id
    where baskets.customer_id is null
    qualify row_number() over (
        partition by candidates.customer_id
        order by
            candidates.confidence desc,
            candidates.lift desc,
            candidates.with_product_id nulls last,
            candidates.product_id nulls last
    ) = 1

)

select
    chosen.customer_id,
    chosen.with_product_id as next_product_id,
    companions.with_product as next_product,
    companions.product as next_product_after
from chosen
inner join companions
    on
        chosen.product_id = companions.product_id
        and chosen.with_product_id = companions.with_product_id
