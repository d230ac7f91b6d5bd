-- One row per subscription that still exists in its source and was made by as_of: its state on that day, and what it
-- brings in a month, in the base currency at that day's rate, so that rates move no figure but all alike. Of one whose
-- start nobody tells, when it was read says nothing about it: it is what its source says, on a past day, too.
with

told as (

    select
        *,
        coalesce(currency, '{{ var("base_currency") }}') as known_currency,
        {{ subscription_meaning('status') }} as meaning,
        coalesce(started_at, created_at) as begins_at
    from {{ ref('int_subscriptions_unioned') }}
    where
        not is_deleted
        and not {{ is_future('created_at') }}

),

dated as (

    select
        *,
        {{ subscription_end('told', 'meaning', known_end('begins_at', 'updated_at')) }} as known_end,
        greatest(begins_at, coalesce(trial_ends_at, begins_at)) as paid_from
    from told

),

stated as (

    select
        *,
        {{ subscription_state(as_of_date(), 'meaning', 'known_end', 'begins_at', 'trial_ends_at', 'known_end') }}
            as state
    from dated

),

valued as (

    select
        stated.*,
        {{ is_paying('stated.state') }} as is_paying,
        {{ rate_of('stated.known_currency', 'rates.rate') }} as exchange_rate
    from stated
    left join {{ ref('int_exchange_rates_dated') }} as rates
        on
            stated.known_currency = rates.currency
            and rates.rate_date = {{ as_of_date() }}

)

select
    valued.subscription_id,
    contacts.customer_id,
    valued.contact_id,
    valued.company_id,
    valued.product_id,
    valued.source,
    {{ brand_of('valued.source') }} as brand,
    valued.source_id,
    valued.plan,
    valued.state,
    valued.is_paying,
    valued.known_currency as currency,
    valued.amount,
    valued.billing_interval,
    valued.billing_interval_count,
    valued.quantity,
    valued.monthly_amount,
    '{{ var("base_currency") }}' as base_currency,
    valued.exchange_rate,
    cast(
        case when valued.is_paying then valued.monthly_amount * valued.exchange_rate else 0 end as decimal(18, 4)
    ) as monthly_revenue,
    valued.begins_at as started_at,
    valued.trial_ends_at,
    valued.paid_from,
    valued.current_period_ends_at,
    valued.cancelled_at,
    valued.known_end as ended_at
from valued
left join {{ ref('int_contacts_resolved') }} as contacts
    on valued.contact_id = contacts.contact_id
