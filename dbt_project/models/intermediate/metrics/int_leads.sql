-- One row per customer who was a lead: some record says how the lead came, in which state it is, or why it was
-- rejected. Only what came on the day of the lead or later is counted: who bought before was not won by it.
with

leads as (

    select
        resolved.customer_id,
        min(contacts.created_at) as lead_at
    from {{ ref('int_contacts_unioned') }} as contacts
    inner join {{ ref('int_contacts_resolved') }} as resolved
        on contacts.contact_id = resolved.contact_id
    where
        not contacts.is_deleted
        and (
            coalesce(contacts.lead_source, contacts.lead_direction, contacts.lead_status, contacts.rejection_reason)
            is not null
            or {{ matches('lower(contacts.lifecycle_stage)', 'lead|prospect|opportunity|subscriber') }}
        )
    group by resolved.customer_id

),

wins as (

    select
        leads.customer_id,
        cast(sum(purchases.net_revenue) as decimal(18, 4)) as net_revenue,
        cast(sum(purchases.net_revenue) filter (where purchases.kind = 'deal') as decimal(18, 4)) as won_deal_amount,
        min(purchases.purchased_at) filter (where purchases.is_sale) as won_at
    from leads
    inner join {{ ref('int_purchases') }} as purchases
        on
            leads.customer_id = purchases.customer_id
            and cast(leads.lead_at as date) <= purchases.purchase_date
    group by leads.customer_id

),

opportunities as (

    select distinct leads.customer_id
    from leads
    inner join {{ ref('int_deals_valued') }} as deals
        on
            leads.customer_id = deals.customer_id
            and cast(leads.lead_at as date) <= cast(coalesce(deals.created_at, leads.lead_at) as date)

),

touches as (

    select
        leads.customer_id,
        min(touches.event_at) as first_touched_at
    from leads
    inner join {{ ref('customer_timeline') }} as touches
        on
            leads.customer_id = touches.customer_id
            and leads.lead_at <= touches.event_at
    where touches.direction = 'outbound'
    group by leads.customer_id

)

select
    leads.customer_id,
    leads.lead_at,
    customers.lead_source,
    customers.lead_direction,
    customers.rejection_reason is not null as is_rejected,
    opportunities.customer_id is not null as is_opportunity,
    touches.first_touched_at,
    {{ dbt.datediff('leads.lead_at', 'touches.first_touched_at', 'hour') }}
        as hours_to_first_touch,
    wins.won_at,
    {{ dbt.datediff('leads.lead_at', 'wins.won_at', 'day') }}
        as days_to_win,
    case when wins.customer_id is not null then wins.net_revenue else 0 end as net_revenue,
    coalesce(wins.won_deal_amount, 0) as won_deal_amount
from leads
inner join {{ ref('customers') }} as customers
    on leads.customer_id = customers.customer_id
left join wins on leads.customer_id = wins.customer_id
left join opportunities on leads.customer_id = opportunities.customer_id
left join touches on leads.customer_id = touches.customer_id
