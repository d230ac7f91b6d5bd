-- One row per quote that still exists in its source and was made by as_of. Its customer is the person whom it is made
-- to, else the deal's; its company likewise. What was decided after as_of is not decided yet, and one that was sent,
-- and whose last day is over, has expired. Amounts in the base currency are at the rate of the day of the decision, or
-- of as_of.
{% set rate = rate_of('quotes.known_currency', 'rates.rate') %}

with

told as (

    select
        *,
        {{ quote_meaning() }} as meaning,
        case when not {{ is_future('decided_at') }} then decided_at end as known_decided_at,
        case when not {{ is_future('sent_at') }} then sent_at end as known_sent_at
    from {{ ref('int_quotes_unioned') }}
    where
        not is_deleted
        and not {{ is_future('created_at') }}

),

judged as (

    select
        *,
        case
            when meaning in ('accepted', 'declined') and {{ is_future('decided_at') }} then 'sent'
            when meaning = 'sent' and valid_until < {{ as_of_date() }} then 'expired'
            else meaning
        end as state
    from told

),

quotes as (

    select
        judged.*,
        deals.account_id as deal_account_id,
        coalesce(contacts.customer_id, deals.customer_id) as customer_id,
        coalesce(judged.currency, deals.currency, '{{ var("base_currency") }}') as known_currency,
        cast(coalesce(judged.known_decided_at, cast({{ as_of_date() }} as timestamp)) as date) as rate_date
    from judged
    left join {{ ref('deals') }} as deals
        on judged.deal_id = deals.deal_id
    left join {{ ref('int_contacts_resolved') }} as contacts
        on judged.contact_id = contacts.contact_id

)

select
    quotes.quote_id,
    quotes.customer_id,
    coalesce(named_accounts.account_id, quotes.deal_account_id, employed.account_id) as account_id,
    quotes.contact_id,
    quotes.company_id,
    quotes.deal_id,
    quotes.source,
    {{ brand_of('quotes.source') }} as brand,
    quotes.source_id,
    quotes.name,
    quotes.quote_number,
    quotes.state,
    quotes.status,
    coalesce(quotes.state in ('draft', 'sent'), false) as is_open,
    quotes.known_currency as currency,
    quotes.amount,
    '{{ var("base_currency") }}' as base_currency,
    {{ rate }} as exchange_rate,
    cast(quotes.amount * {{ rate }} as decimal(18, 4)) as value_amount,
    quotes.owner_id,
    owners.name as owner_name,
    quotes.created_at,
    quotes.known_sent_at as sent_at,
    quotes.valid_until,
    quotes.known_decided_at as decided_at,
    quotes.updated_at
from quotes
left join {{ ref('int_exchange_rates_dated') }} as rates
    on
        quotes.known_currency = rates.currency
        and quotes.rate_date = rates.rate_date
left join {{ ref('int_owners_unioned') }} as owners
    on quotes.owner_id = owners.owner_id
{{ account_joins('quotes.company_id', 'quotes.customer_id') }}
