-- One row per deal that still exists in its source, with its customer and its amounts in the base
-- currency: at the rate of the day it closed, or of as_of while it is open. What is dated after as_of has not happened
-- yet: such a deal is absent, and one that closes then is open. A negative amount and a chance off 0 to 1 are nulled.
with

judged as (

    select
        {{- columns_except(
            'deals', 'deal_id', ['amount', 'probability', 'closed_at', 'is_closed', 'is_won'], 'deals'
        ) }},
        case when amount >= 0 then amount end as amount,
        case when probability between 0 and 1 then probability end as probability,
        case when not {{ is_future('closed_at') }} then closed_at end as closed_at,
        is_closed and not {{ is_future('closed_at') }} as is_closed,
        is_won and not {{ is_future('closed_at') }} as is_won,
        {{ is_future('closed_at') }} as is_closed_later,
        coalesce(amount < 0, false) as is_negative_amount,
        coalesce(probability not between 0 and 1, false) as is_probability_off_scale,
        coalesce(closed_at < created_at - interval 1 day, false) as is_closed_before_created
    from {{ ref('int_deals_unioned') }} as deals
    where
        not is_deleted
        and not {{ is_future('created_at') }}

),

deals as (

    select
        *,
        coalesce(currency, '{{ var("base_currency") }}') as valued_currency,
        cast(coalesce(closed_at, cast({{ as_of_date() }} as timestamp)) as date) as rate_date
    from judged

),

rates as (

    select * from {{ ref('int_exchange_rates_dated') }}

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
    left join {{ ref('int_contacts_resolved') }} as contacts
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
    case when outcome != 'open' then cast(coalesce(closed_at, updated_at) as date) end as closed_on,
    outcome = 'open' and coalesce(cast(expected_close_at as date) < {{ as_of_date() }}, false) as is_overdue,
    case
        when not is_closed_before_created
            then {{ dbt.datediff('created_at', 'closed_at', 'day') }}
    end as cycle_days,
    case
        when outcome = 'open' then cast(cast(value_amount as decimal(24, 4)) * probability as decimal(18, 4))
    end as weighted_amount
from valued
