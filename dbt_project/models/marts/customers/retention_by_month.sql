-- One row per month (UTC) from the first purchase of a known customer to as_of: who came, came again, and was lost.
{% set gained = 'count_of_customers_won + count_of_customers_won_back - count_of_customers_churned' %}

with recursive

months as (

    select min(month) as month
    from {{ ref('int_customers_months') }}
    having min(month) is not null
    union all
    select cast(month + interval 1 month as date) as month
    from months
    where month + interval 1 month <= {{ as_of_date() }}

),

bought as (

    select
        month,
        cast(sum(net_revenue) as decimal(18, 4)) as net_revenue,
        count(*) filter (where count_of_purchases > 0) as count_of_customers,
        count(*) filter (where month = cohort_month) as count_of_new_customers,
        count(*) filter (where is_retained) as count_of_retained_customers
    from {{ ref('int_customers_months') }}
    group by month

),

begun as (

    select
        date_trunc('month', began_on) as month,
        count(*) filter (where spell = 1) as count_of_customers_won,
        count(*) filter (where spell > 1) as count_of_customers_won_back
    from {{ ref('int_activity_periods') }}
    group by date_trunc('month', began_on)

),

churned as (

    select
        date_trunc('month', churned_on) as month,
        count(*) as count_of_customers_churned
    from {{ ref('int_activity_periods') }}
    where churned_on <= {{ as_of_date() }}
    group by date_trunc('month', churned_on)

),

counted as (

    select
        months.month,
        months.month + interval 1 month <= {{ as_of_date() }} + interval 1 day as is_complete,
        {%- for count in ['customers', 'new_customers', 'retained_customers', 'customers_won', 'customers_won_back',
            'customers_churned'] %}
        coalesce(count_of_{{ count }}, 0) as count_of_{{ count }},
        {%- endfor %}
        case when bought.month is not null then bought.net_revenue else 0 end as net_revenue
    from months
    left join bought on months.month = bought.month
    left join begun on months.month = begun.month
    left join churned on months.month = churned.month

),

running as (

    select
        *,
        lag(count_of_customers, 1, 0) over (order by month nulls last) as count_of_customers_before,
        cast(sum({{ gained }}) over (order by month nulls last) as bigint) as count_of_active_at_end,
        cast(sum({{ gained }}) over (order by month nulls last) - ({{ gained }}) as bigint) as count_of_active_at_start
    from counted

)

select
    *,
    {{ quotient('count_of_retained_customers', 'nullif(count_of_customers_before, 0)') }} as retention_rate,
    {{ quotient('count_of_customers_churned', 'nullif(count_of_active_at_start, 0)') }} as churn_rate,
    '{{ var("base_currency") }}' as currency,
    {{ as_of_date() }} as as_of_date
from running
