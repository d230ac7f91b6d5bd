-- One row per calendar year (UTC) in which a known customer did something: the day whose members of segments are to be
-- told of it, its last day or as_of; of a year before memberships were kept, the first night that kept them.
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

)

select
    years.year,
    years.net_revenue_of_all,
    greatest(years.last_day, started.first_night) as members_on,
    years.last_day < started.first_night as is_backcast,
    cast(years.year || '-12-31' as date) <= {{ as_of_date() }} as is_complete
from years
cross join started
