-- One row per customer and occasion that comes round within the 30 days after as_of, as_of's own day included.
with

customers as (

    select * from {{ ref('int_customers_profiled') }}

),

occasions as (

    select
        customer_id,
        'birthday' as occasion,
        birth_date as since_date,
        next_birthday as occasion_date,
        days_to_birthday as days_to_occasion,
        as_of_date
    from customers
    union all
    select
        customer_id,
        'anniversary of the first order' as occasion,
        cast(first_order_at as date) as since_date,
        next_order_anniversary as occasion_date,
        days_to_order_anniversary as days_to_occasion,
        as_of_date
    from customers

)

select
    customer_id,
    occasion,
    occasion_date,
    days_to_occasion,
    since_date,
    cast(extract(year from occasion_date) - extract(year from since_date) as bigint) as years,
    as_of_date
from occasions
where days_to_occasion <= 30
