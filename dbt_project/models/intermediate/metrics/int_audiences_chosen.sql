-- One row per audience that is on and customer for whom its rule holds, with the reason if the customer is not to be
-- written to. Another lawful basis than consent admits who said nothing; no basis overrules a refusal.
{% set addresses = {
    'email': 'email', 'sms': 'coalesce(mobile_phone, phone)', 'phone': 'coalesce(phone, mobile_phone)'
} %}
{% set on = audiences_listed() | selectattr('is_on') | list %}

with

chosen as (

    -- Typed and empty, for when no audience is on.
    select
        {%- for column in ['audience', 'channel', 'basis', 'customer_id', 'full_name', 'address', 'address_key'] %}
        cast(null as string) as {{ column }},
        {%- endfor %}
        cast(null as boolean) as consent,
        cast(null as string) as because,
        cast(null as date) as as_of_date
    from {{ ref('customer_360') }}
    where false
    {%- for audience in on %}
    union all
    select
        {{ quoted(audience.audience) }} as audience,
        '{{ audience.channel }}' as channel,
        {{ quoted(audience.basis) }} as basis,
        customer_id,
        full_name,
        {{ addresses[audience.channel] }} as address,
        case
            when {{ is_reachable(audience.channel, addresses[audience.channel]) }}
                then {{ reached_at(audience.channel, addresses[audience.channel]) }}
        end as address_key,
        {{ audience.channel }}_consent as consent,
        {{ audience.because }} as because,
        as_of_date
    from {{ ref('customer_360') }}
    where {{ audience.condition }}
    {%- endfor %}

),

refusals as (

    select
        customer_id,
        channel,
        case when field in ('unsubscribed', 'complained') then field else 'refused' end as because
    from {{ ref('int_customers_consents') }}
    where state = 'opted_out'

),

judged as (

    select
        chosen.*,
        case
            when chosen.address_key is null then 'no address'
            when suppressed.because is not null then suppressed.because
            when not chosen.consent then coalesce(refusals.because, 'refused')
            when chosen.consent is null and chosen.basis = 'consent' then 'no consent'
        end as suppressed_because
    from chosen
    left join {{ ref('int_addresses_suppressed') }} as suppressed
        on
            chosen.channel = suppressed.channel
            and chosen.address_key = suppressed.address
    left join refusals
        on
            chosen.customer_id = refusals.customer_id
            and chosen.channel = refusals.channel

)

select
    audience,
    channel,
    basis,
    customer_id,
    full_name,
    address,
    because,
    as_of_date,
    case
        when suppressed_because is not null then suppressed_because
        when row_number() over (
            partition by audience, address_key, suppressed_because is null
            order by customer_id nulls last
        ) > 1 then 'same address'
    end as suppressed_because
from judged
