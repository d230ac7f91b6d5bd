-- One row per segment and calendar year (UTC) with a counted order: what its members of the year's last day did in it.
-- A year that ended before memberships were kept is told by those of the first night, and says so.
{% set as_of = "cast('" ~ var('as_of') ~ "' as date)" %}

with

activity as (

    select * from {{ ref('int_customers_years') }}

),

years as (

    select
        year,
        sum(net_revenue) as net_revenue_of_all,
        least(cast(year || '-12-31' as date), {{ as_of }}) as last_day
    from activity
    group by year

),

dated as (

    select
        years.*,
        greatest(years.last_day, started.first_night) as members_on,
        years.last_day < started.first_night as is_backcast,
        cast(years.year || '-12-31' as date) <= {{ as_of }} as is_complete
    from years
    cross join (select min(valid_from) as first_night from {{ ref('customer_segment_history') }}) as started

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
        {%- for count in ['orders', 'satisfied_tickets', 'dissatisfied_tickets'] %}
        cast(coalesce(sum(activity.count_of_{{ count }}), 0) as bigint) as count_of_{{ count }},
        {%- endfor %}
        cast(coalesce(sum(activity.net_revenue), 0) as decimal(18, 4)) as net_revenue,
        count(*) filter (where activity.count_of_orders > 0) as count_of_buyers,
        count(*) filter (where activity.count_of_orders_year_before > 0) as count_of_buyers_year_before,
        count(*) filter (where activity.count_of_orders_year_before > 0 and activity.count_of_orders > 0)
            as count_of_buyers_retained
    from members
    left join activity
        on
            members.customer_id = activity.customer_id
            and members.year = activity.year
    group by members.year, members.dimension, members.segment

)

select
    summed.*,
    dated.members_on,
    dated.is_backcast,
    dated.is_complete,
    cast(summed.net_revenue / summed.count_of_customers as decimal(18, 4)) as net_revenue_per_customer,
    cast(summed.net_revenue / nullif(dated.net_revenue_of_all, 0) as decimal(18, 4)) as share_of_revenue,
    cast(count_of_buyers_retained / nullif(count_of_buyers_year_before, 0) as decimal(18, 4)) as retention_rate,
    cast(
        count_of_satisfied_tickets / nullif(count_of_satisfied_tickets + count_of_dissatisfied_tickets, 0)
        as decimal(18, 4)
    ) as satisfaction_share,
    '{{ var("base_currency") }}' as currency,
    {{ as_of }} as as_of_date
from summed
inner join dated
    on summed.year = dated.year
