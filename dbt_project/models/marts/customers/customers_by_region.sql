-- One row per country, region and city with at least one customer: how many there are, and what they are worth.
with

customers as (

    select
        *,
        coalesce(country_code, nullif(upper(trim(country)), '')) as country_name,
        nullif(trim(region), '') as region_name,
        nullif(trim(city), '') as city_name
    from {{ ref('int_customers_profiled') }}

)

select
    country_name as country,
    min(region_name) as region,
    min(city_name) as city,
    count(*) as count_of_customers,
    count(*) filter (where count_of_purchases > 0) as count_of_buyers,
    cast(sum(count_of_purchases) as bigint) as count_of_purchases,
    cast(sum(count_of_orders) as bigint) as count_of_orders,
    cast(sum(net_revenue) as decimal(18, 4)) as net_revenue,
    cast(sum(net_revenue_last_365_days) as decimal(18, 4)) as net_revenue_last_365_days,
    {{ quotient('sum(net_revenue)', 'nullif(count(net_revenue), 0)') }} as net_revenue_per_customer,
    cast(sum(predicted_value) as decimal(18, 4)) as predicted_value,
    '{{ var("base_currency") }}' as currency,
    {{ as_of_date() }} as as_of_date
from customers
group by country_name, lower(region_name), lower(city_name)
