-- One row per campaign that still exists: its funnel, and what it may claim. What its source never measures is null.
{% set events = ['bounced', 'opened', 'clicked', 'unsubscribed', 'complained', 'replied'] %}
{% set sold = ['attributed_orders', 'attributed_purchases', 'attributed_purchases_measured', 'customers_won'] %}

-- What a source ever told of campaigns of a channel is measured there. Of any other kind of event no count is 0.
with measured as (

    select
        campaigns.source,
        {%- for event in events %}
        bool_or(events.event = '{{ event }}') as is_{{ event }}_measured,
        {%- endfor %}
        lower(trim(campaigns.channel)) as channel_name
    from {{ ref('int_email_events_unioned') }} as events
    inner join {{ ref('int_campaigns_unioned') }} as campaigns
        on events.campaign_id = campaigns.campaign_id
    where not events.is_deleted
    group by campaigns.source, lower(trim(campaigns.channel))

),

-- Messages are counted, not events: whoever opens one three times has opened one.
messages as (

    select
        campaign_id,
        {%- for event in events %}
        count(*) filter (where is_{{ event }}) as count_of_{{ event }},
        {%- endfor %}
        count(*) as count_of_messages
    from {{ ref('int_emails_received') }}
    group by campaign_id

),

costs as (

    select
        campaign_id,
        cast(sum(count_of_impressions) as bigint) as count_of_impressions,
        cast(sum(count_of_ad_clicks) as bigint) as count_of_ad_clicks,
        cast(sum(count_of_results) as decimal(18, 4)) as count_of_results,
        -- A sum with a part that has no rate is not known.
        case when count(*) = count(cost) then cast(sum(cost) as decimal(18, 4)) end as cost
    from {{ ref('campaign_costs_by_day') }}
    group by campaign_id

),

joined as (

    select
        campaigns.campaign_id,
        campaigns.source,
        {{ brand_of('campaigns.source') }} as brand,
        campaigns.source_id,
        campaigns.name,
        campaigns.subject,
        campaigns.channel,
        campaigns.list_id,
        campaigns.sent_at,
        campaigns.count_of_sent as count_of_sent_stated,
        greatest(coalesce(campaigns.count_of_sent, 0), coalesce(messages.count_of_messages, 0)) as count_of_sent,
        {%- for event in events %}
        case when measured.is_{{ event }}_measured then coalesce(messages.count_of_{{ event }}, 0) end
            as count_of_{{ event }},
        {%- endfor %}
        {%- for count in sold %}
        coalesce(sales.count_of_{{ count }}, 0) as count_of_{{ count }},
        {%- endfor %}
        {%- for amount in ['attributed_revenue', 'won_customers_revenue'] %}
        cast(case when sales.campaign_id is null then 0 else sales.{{ amount }} end as decimal(18, 4)) as {{ amount }},
        {%- endfor %}
        sales.won_customers_predicted_value,
        '{{ var("base_currency") }}' as currency,
        costs.cost,
        {{ measures_of_ads() | join(', ') }}
    from {{ ref('int_campaigns_unioned') }} as campaigns
    left join measured
        on
            campaigns.source = measured.source
            and lower(trim(campaigns.channel)) is not distinct from measured.channel_name
    left join costs
        on campaigns.campaign_id = costs.campaign_id
    left join messages
        on campaigns.campaign_id = messages.campaign_id
    left join {{ ref('int_campaigns_sales') }} as sales
        on campaigns.campaign_id = sales.campaign_id
    where not campaigns.is_deleted

),

delivered as (

    select
        *,
        count_of_sent - coalesce(count_of_bounced, 0) as count_of_delivered
    from joined

)

select
    *,
    {%- for rate, count in {'open': 'opened', 'click': 'clicked', 'unsubscribe': 'unsubscribed'}.items() %}
    {{ quotient('count_of_' ~ count, 'nullif(count_of_delivered, 0)') }} as {{ rate }}_rate,
    {%- endfor %}
    {{ quotient('count_of_attributed_purchases', 'nullif(count_of_delivered, 0)') }} as conversion_rate,
    {{ quotient('cost', 'nullif(count_of_customers_won, 0)') }} as acquisition_cost,
    case
        when count_of_impressions is null or max(count_of_attributed_purchases) over (partition by source) > 0
            then {{ quotient('(attributed_revenue - cost)', 'nullif(cost, 0)') }}
    end as return_on_investment,
    {{ quotient('count_of_clicked', 'nullif(count_of_opened, 0)') }} as click_to_open_rate,
    {{ quotient('count_of_bounced', 'nullif(count_of_sent, 0)') }} as bounce_rate
from delivered
