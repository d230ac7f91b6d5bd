-- One row per deal that still exists in its source, with its customer and its amounts in the base
-- currency: at the rate of the day it closed, or of as_of while it is open.
with

deals as (

    select
        *,
        coalesce(currency, '{{ var("base_currency") }}') as valued_currency,
        cast(coalesce(closed_at, cast('{{ var("as_of") }}' as timestamp)) as date) as rate_date
    from {{ ref('int_deals_unioned') }}
    where not is_deleted

),

rates as (

    select * from {{ ref('int_exchange_rates_dated') }}

),

contacts as (

    select * from {{ ref('int_contacts_resolved') }}

),

rated as (

    select
        deals.*,
        contacts.customer_id,
        case
            when deals.valued_currency = '{{ var("base_currency") }}' then cast(1 as decimal(24, 8))
            else rates.rate
        end as exchange_rate,
        case
            when deals.is_won then 'won'
            when deals.is_closed then 'lost'
            else 'open'
        end as outcome
    from deals
    left join rates
        on
            deals.valued_currency = rates.currency
            and deals.rate_date = rates.rate_date
    left join contacts
        on deals.contact_id = contacts.contact_id

),

valued as (

    select
        *,
        cast(amount * exchange_rate as decimal(18, 4)) as value_amount
    from rated

)

select
    *,
    case
        when outcome = 'open' then cast(cast(value_amount as decimal(24, 4)) * probability as decimal(18, 4))
    end as weighted_amount
from valued
