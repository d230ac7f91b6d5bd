-- One row per purchase and campaign that may claim it, or a part of it. A campaign that a record of it states wins;
-- otherwise, of what an order tells, the e-mails that the customer clicked in the attribution_days (default 7) before
-- it, by the project's rule (var attribution): the last, the first, all alike, or by position.
{% set stating = {'order': 'int_orders_priced', 'deal': 'int_deals_valued'} %}
with

sales as (

    select * from {{ ref('int_purchases') }}
    where is_sale

),

campaigns as (

    select * from {{ ref('int_campaigns_unioned') }}
    where not is_deleted

),

stated as (

    {% for kind, model in stating.items() if 'campaign_id' in columns_of(kind ~ 's', kind ~ '_id') -%}
    {{ 'union all' if not loop.first }}
    select
        matched.transaction_id,
        min(records.campaign_id) as campaign_id
    from {{ ref(model) }} as records
    inner join {{ ref('int_transactions_matched') }} as matched
        on '{{ kind }} ' || records.{{ kind }}_id = matched.telling_id
    where records.campaign_id is not null
    group by matched.transaction_id
    {% endfor %}
),

clicks as (

    select
        contacts.customer_id,
        events.campaign_id,
        events.event_at,
        events.email_event_id
    from {{ ref('int_email_events_unioned') }} as events
    inner join {{ ref('int_contacts_resolved') }} as contacts
        on events.contact_id = contacts.contact_id
    inner join campaigns
        on events.campaign_id = campaigns.campaign_id
    where
        events.event = 'clicked'
        and not events.is_deleted

),

candidates as (

    select
        sales.transaction_id,
        stated.campaign_id,
        'stated by the source' as attribution_rule,
        cast(null as timestamp) as clicked_at,
        '' as email_event_id
    from sales
    inner join stated
        on sales.transaction_id = stated.transaction_id
    inner join campaigns
        on stated.campaign_id = campaigns.campaign_id
    union all
    select
        sales.transaction_id,
        clicks.campaign_id,
        '{{ name_of_attribution() }}' as attribution_rule,
        clicks.event_at as clicked_at,
        clicks.email_event_id
    from sales
    inner join clicks
        on
            sales.customer_id = clicks.customer_id
            and sales.purchased_at >= clicks.event_at
            and sales.purchased_at - interval {{ var('attribution_days') }} day <= clicks.event_at
    where sales.is_told_by_order

)

{{ parts_of_purchases('candidates') }}
