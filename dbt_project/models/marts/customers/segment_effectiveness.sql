-- One row per segment and calendar year (UTC) with a purchase: what its members of the year's last day did in it.
-- A year that ended before memberships were kept is told by those of the first night, and says so.

with

years as (

    select
        year,
        sum(net_revenue) as net_revenue_of_all,
        least(cast(year || '-12-31' as date), {{ as_of_date() }}) as last_day
    from {{ ref('int_customers_years') }}
    group by year

),

started as (

    select min(valid_from) as first_night from {{ ref('customer_segment_history') }}

),

-- The day whose members of segments are told of a year: its last one, or as_of, and no day before the first night.
dated as (

    select
        years.year,
        years.net_revenue_of_all,
        greatest(years.last_day, started.first_night) as members_on,
        years.last_day < started.first_night as is_backcast,
        cast(years.year || '-12-31' as date) <= {{ as_of_date() }} as is_complete
    from years
    cross join started

),

members as (

    select
        dated.year,
        history.dimension,
        history.segment,
        history.customer_id
    from {{ ref('customer_segment_history') }} as history
    inner join dated
        on
            history.valid_from <= dated.members_on
            and (history.valid_to is null or history.valid_to > dated.members_on)

),

summed as (

    select
        members.year,
        members.dimension,
        members.segment,
        count(*) as count_of_customers,
        {%- for count in ['purchases', 'orders', 'satisfied_tickets', 'dissatisfied_tickets'] %}
        cast(coalesce(sum(activity.count_of_{{ count }}), 0) as bigint) as count_of_{{ count }},
        {%- endfor %}
        {{ measured_sum('activity.net_revenue', 'activity.count_of_purchases > 0') }} as net_revenue,
        count(*) filter (where activity.count_of_purchases > 0) as count_of_buyers,
        count(*) filter (where activity.count_of_purchases_year_before > 0) as count_of_buyers_year_before,
        count(*) filter (where activity.count_of_purchases_year_before > 0 and activity.count_of_purchases > 0)
            as count_of_buyers_retained
    from members
    left join {{ ref('int_customers_years') }} as activity
        on
            members.customer_id = activity.customer_id
            and members.year = activity.year
    group by members.year, members.dimension, members.segment

),

rated as (

    select
        *,
        {{ quotient('net_revenue', 'count_of_customers') }} as net_revenue_per_customer,
        {{ quotient('count_of_buyers_retained', 'nullif(count_of_buyers_year_before, 0)') }} as retention_rate,
        {{ quotient(
            'count_of_satisfied_tickets',
            'nullif(count_of_satisfied_tickets + count_of_dissatisfied_tickets, 0)'
        ) }} as satisfaction_share
    from summed

)

select
    rated.*,
    dated.members_on,
    dated.is_backcast,
    dated.is_complete,
    {{ quotient('rated.net_revenue', 'nullif(dated.net_revenue_of_all, 0)') }} as share_of_revenue,
    '{{ var("base_currency") }}' as currency,
    {{ as_of_date() }} as as_of_date
from rated
inner join dated
    on rated.year = dated.year
