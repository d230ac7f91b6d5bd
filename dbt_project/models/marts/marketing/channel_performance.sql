-- One row per channel that a campaign was sent on: the campaigns' figures summed, and the rates of the sums.
{% set counts = [
    'sent', 'delivered', 'bounced', 'opened', 'clicked', 'unsubscribed', 'complained', 'replied', 'attributed_orders',
    'attributed_purchases', 'attributed_purchases_measured', 'customers_won'
] %}

with

campaigns as (

    select
        *,
        lower(trim(channel)) as channel_name
    from {{ ref('campaign_performance') }}
    where sent_at is not null

),

summed as (

    select
        channel_name as channel,
        count(*) as count_of_campaigns,
        count(cost) as count_of_campaigns_with_cost,
        sum(count_of_impressions) as count_of_impressions,
        {%- for count in counts %}
        cast(sum(count_of_{{ count }}) as bigint) as count_of_{{ count }},
        sum(count_of_delivered) filter (where count_of_{{ count }} is not null) as delivered_with_{{ count }},
        {%- endfor %}
        cast(sum(attributed_revenue) as decimal(18, 4)) as attributed_revenue,
        cast(sum(won_customers_revenue) as decimal(18, 4)) as won_customers_revenue,
        cast(sum(won_customers_predicted_value) as decimal(18, 4)) as won_customers_predicted_value,
        cast(sum(cost) as decimal(18, 4)) as cost,
        cast(sum(attributed_revenue) filter (where cost is not null) as decimal(18, 4)) as revenue_with_cost,
        sum(count_of_customers_won) filter (where cost is not null) as customers_with_cost
    from campaigns
    group by channel_name

)

select
    channel,
    count_of_campaigns,
    count_of_campaigns_with_cost,
    {%- for count in counts %}
    count_of_{{ count }},
    {%- endfor %}
    attributed_revenue,
    won_customers_revenue,
    won_customers_predicted_value,
    cost,
    {%- for rate, count in {
        'open': 'opened', 'click': 'clicked', 'unsubscribe': 'unsubscribed', 'conversion': 'attributed_purchases'
    }.items() %}
    {{ quotient('count_of_' ~ count, 'nullif(delivered_with_' ~ count ~ ', 0)') }} as {{ rate }}_rate,
    {%- endfor %}
    {{ quotient('attributed_revenue', 'nullif(count_of_delivered, 0)') }} as revenue_per_message,
    {{ quotient('cost', 'nullif(customers_with_cost, 0)') }} as acquisition_cost,
    case
        when count_of_impressions is null or count_of_attributed_purchases > 0
            then {{ quotient('(revenue_with_cost - cost)', 'nullif(cost, 0)') }}
    end as return_on_investment,
    '{{ var("base_currency") }}' as currency,
    {{ as_of_date() }} as as_of_date
from summed
