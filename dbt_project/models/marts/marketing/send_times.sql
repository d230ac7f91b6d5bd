-- One row per channel, weekday and hour (both on the clock of var time_zone) in which a campaign was sent.
-- The low ends are Wilson's 95 % bounds: a cell of few messages can't win by luck. A date without a time has no hour.
{% set z = '1.96' %}

with

campaigns as (

    select
        *,
        lower(trim(channel)) as channel_name,
        {{ local_time('sent_at', var('time_zone')) }} as sent_locally_at
    from {{ ref('campaign_performance') }}
    where
        sent_at is not null
        and {{ has_time('sent_at') }}

),

summed as (

    select
        channel_name as channel,
        cast({{ iso_weekday('sent_locally_at') }} as bigint) as weekday,
        cast(extract(hour from sent_locally_at) as bigint) as hour,
        count(*) as count_of_campaigns,
        {%- for count in ['sent', 'delivered', 'opened', 'clicked', 'unsubscribed', 'attributed_orders'] %}
        cast(sum(count_of_{{ count }}) as bigint) as count_of_{{ count }},
        {%- endfor %}
        cast(sum(attributed_revenue) as decimal(18, 4)) as attributed_revenue
    from campaigns
    group by
        channel_name,
        cast({{ iso_weekday('sent_locally_at') }} as bigint),
        cast(extract(hour from sent_locally_at) as bigint)

),

rated as (

    select
        *,
        {%- for rate, count in {'open': 'opened', 'click': 'clicked'}.items() %}
        case when count_of_{{ count }} is not null then least(count_of_{{ count }}, count_of_delivered) end
        / nullif(count_of_delivered, 0) as {{ rate }}_share,
        {%- endfor %}
        nullif(count_of_delivered, 0) as messages
    from summed

),

bounded as (

    select
        *,
        {%- for rate in ['open', 'click'] %}
        cast({{ rate }}_share as decimal(18, 4)) as {{ rate }}_rate,
        {%- set middle_less_half_width %}
            (
                {{ rate }}_share + {{ z }} * {{ z }} / (2 * messages) - {{ z }} * sqrt(
                    {{ rate }}_share * (1 - {{ rate }}_share) / messages + {{ z }} * {{ z }} / (4 * messages * messages)
                )
            )
        {%- endset %}
        {{ quotient(middle_less_half_width, '(1 + ' ~ z ~ ' * ' ~ z ~ ' / messages)') }} as {{ rate }}_rate_low,
        {%- endfor %}
        '{{ var("time_zone") }}' as time_zone
    from rated

)

select
    channel,
    weekday,
    hour,
    time_zone,
    {%- for count in ['campaigns', 'sent', 'delivered', 'opened', 'clicked', 'unsubscribed', 'attributed_orders'] %}
    count_of_{{ count }},
    {%- endfor %}
    attributed_revenue,
    open_rate,
    open_rate_low,
    click_rate,
    click_rate_low,
    cast(
        row_number() over (
            partition by channel
            order by click_rate_low desc nulls last, open_rate_low desc nulls last, weekday nulls last, hour nulls last
        ) as bigint
    ) as position,
    '{{ var("base_currency") }}' as currency,
    {{ as_of_date() }} as as_of_date
from bounded
