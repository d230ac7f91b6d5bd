-- One row per customer and spell of activity: purchases up to as_of each of which follows the one before within
-- churn_days. The spell ends, and the customer has churned, on the first day on which the last purchase lies more than
-- churn_days back.
{% set churn_days = var('churn_days') %}

with

days as (

    select distinct
        customer_id,
        purchase_date as day
    from {{ ref('int_purchases') }}
    where
        customer_id is not null
        and is_sale
        and purchase_date is not null

),

begun as (

    select
        *,
        case
            when
                lag(day) over (partition by customer_id order by day nulls last) >= day - interval {{ churn_days }} day
                then 0
            else 1
        end as is_begin
    from days

),

numbered as (

    select
        customer_id,
        day,
        sum(is_begin) over (partition by customer_id order by day nulls last) as spell
    from begun

)

select
    customer_id,
    cast(spell as bigint) as spell,
    min(day) as began_on,
    cast(max(day) + interval {{ churn_days + 1 }} day as date) as churned_on
from numbered
group by customer_id, spell
