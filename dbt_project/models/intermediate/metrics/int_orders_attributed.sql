-- One row per sale that a campaign may claim. A campaign that the source itself states wins; otherwise
-- the last e-mail that the customer clicked in the attribution_days (default 7) before the order.
{% set attribution_days = var('attribution_days', 7) %}

with

sales as (

    select * from {{ ref('int_orders_priced') }}
    where is_sale

),

contacts as (

    select * from {{ ref('int_contacts_resolved') }}

),

campaigns as (

    select * from {{ ref('int_campaigns_unioned') }}
    where not is_deleted

),

clicks as (

    select
        contacts.customer_id,
        events.campaign_id,
        events.event_at,
        events.email_event_id
    from {{ ref('int_email_events_unioned') }} as events
    inner join contacts
        on events.contact_id = contacts.contact_id
    inner join campaigns
        on events.campaign_id = campaigns.campaign_id
    where
        events.event = 'clicked'
        and not events.is_deleted

),

candidates as (

    select
        sales.order_id,
        sales.campaign_id,
        'stated by the source' as attribution_rule,
        cast(null as timestamp) as clicked_at,
        '' as email_event_id
    from sales
    inner join campaigns
        on sales.campaign_id = campaigns.campaign_id
    union all
    select
        sales.order_id,
        clicks.campaign_id,
        'last click' as attribution_rule,
        clicks.event_at as clicked_at,
        clicks.email_event_id
    from sales
    inner join clicks
        on
            sales.customer_id = clicks.customer_id
            and sales.ordered_at >= clicks.event_at
            and sales.ordered_at - interval {{ attribution_days }} day <= clicks.event_at

)

select
    order_id,
    campaign_id,
    attribution_rule,
    clicked_at
from candidates
qualify row_number() over (
    partition by order_id
    order by clicked_at desc nulls first, email_event_id desc
) = 1
