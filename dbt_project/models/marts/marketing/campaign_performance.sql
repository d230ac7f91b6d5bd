-- One row per campaign that still exists in its source: its funnel, and the sales that it may claim.
{% set base_currency = var('base_currency') %}

with

campaigns as (

    select
        *,
        coalesce(currency, '{{ base_currency }}') as cost_currency
    from {{ ref('int_campaigns_unioned') }}
    where not is_deleted

),

rates as (

    select * from {{ ref('int_exchange_rates_dated') }}

),

emails as (

    select * from {{ ref('int_campaigns_emails') }}

),

sales as (

    select * from {{ ref('int_campaigns_sales') }}

),

joined as (

    select
        campaigns.campaign_id,
        campaigns.source,
        campaigns.source_id,
        campaigns.name,
        campaigns.subject,
        campaigns.channel,
        campaigns.list_id,
        campaigns.sent_at,
        campaigns.count_of_sent as count_of_sent_stated,
        greatest(coalesce(campaigns.count_of_sent, 0), coalesce(emails.count_of_messages, 0))
            as count_of_sent,
        {%- for event in ['bounced', 'opened', 'clicked', 'unsubscribed', 'complained', 'replied'] %}
        coalesce(emails.count_of_{{ event }}, 0) as count_of_{{ event }},
        {%- endfor %}
        coalesce(sales.count_of_attributed_orders, 0) as count_of_attributed_orders,
        coalesce(sales.count_of_customers_won, 0) as count_of_customers_won,
        coalesce(sales.attributed_revenue, cast(0 as decimal(18, 4))) as attributed_revenue,
        coalesce(sales.won_customers_revenue, cast(0 as decimal(18, 4))) as won_customers_revenue,
        sales.won_customers_predicted_value,
        '{{ base_currency }}' as currency,
        case
            when campaigns.cost_currency = '{{ base_currency }}' then campaigns.cost
            else cast(campaigns.cost * rates.rate as decimal(18, 4))
        end as cost
    from campaigns
    left join rates
        on
            campaigns.cost_currency = rates.currency
            and cast(campaigns.sent_at as date) = rates.rate_date
    left join emails
        on campaigns.campaign_id = emails.campaign_id
    left join sales
        on campaigns.campaign_id = sales.campaign_id

)

select
    *,
    count_of_sent - count_of_bounced as count_of_delivered,
    {%- for rate, count in {'open': 'opened', 'click': 'clicked', 'unsubscribe': 'unsubscribed'}.items() %}
    cast(count_of_{{ count }} / nullif(count_of_sent - count_of_bounced, 0) as decimal(18, 4))
        as {{ rate }}_rate,
    {%- endfor %}
    cast(count_of_attributed_orders / nullif(count_of_sent - count_of_bounced, 0) as decimal(18, 4)) as conversion_rate,
    cast(cost / nullif(count_of_customers_won, 0) as decimal(18, 4)) as acquisition_cost,
    cast((attributed_revenue - cost) / nullif(cost, 0) as decimal(18, 4)) as return_on_investment,
    cast(count_of_clicked / nullif(count_of_opened, 0) as decimal(18, 4)) as click_to_open_rate,
    cast(count_of_bounced / nullif(count_of_sent, 0) as decimal(18, 4)) as bounce_rate
from joined
