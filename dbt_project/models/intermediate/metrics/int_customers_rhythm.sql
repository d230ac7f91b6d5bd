{%- set churned_at = 'max_by(churned_on, spell) filter (where churned_on is not null)' -%}
-- One row per customer with at least one purchase: the rhythm of the days of purchase, learnt from the customer's own,
-- and whether it has ended, and on which day. Months lie on a circle, so that December is next to January; a season is
-- where three quarters of the way they point to one side.
with

days as (

    select distinct
        customer_id,
        purchase_date
    from {{ ref('int_purchases') }}
    where
        is_sale
        and customer_id is not null
        and purchase_date is not null

),

spaced as (

    select
        *,
        lag(purchase_date) over (partition by customer_id order by purchase_date nulls last) as date_before,
        2 * pi() * (extract(month from purchase_date) - 1) / 12 as angle
    from days

),

measured as (

    select
        *,
        {{ dbt.datediff('date_before', 'purchase_date', 'day') }}
            as days_between
    from spaced

),

everybody as (

    select percentile_cont(0.9) within group (order by days_between) as usual_days from measured

),

rhythm as (

    select
        measured.customer_id,
        cast(max(everybody.usual_days) as bigint) as usual_days_of_all,
        count(measured.days_between) as count_of_intervals,
        {{ middle('measured.days_between') }} as median_days_between_purchases,
        count(*) >= 3
        and count(distinct extract(year from measured.purchase_date)) >= 2
        and sqrt(power(avg(cos(measured.angle)), 2) + power(avg(sin(measured.angle)), 2)) >= 0.75 as is_seasonal
    from measured
    cross join everybody
    group by measured.customer_id

),

ended as (

    select
        customer_id,
        case when {{ up_to_as_of(churned_at) }} then {{ churned_at }} end as churned_at,
        {{ up_to_as_of(churned_at) }} as is_churned
    from {{ ref('int_activity_periods') }}
    group by customer_id

)

select
    rhythm.*,
    ended.churned_at,
    ended.is_churned
from rhythm
left join ended
    on rhythm.customer_id = ended.customer_id
