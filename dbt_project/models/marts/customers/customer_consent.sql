-- One row per customer and channel on which some live record of the customer says yes or no: the strictest word wins.
with

records as (

    select * from {{ ref('int_identities_ranked') }}

),

stated as (

    {% for channel in ['email', 'sms', 'phone'] -%}
    select
        customer_id,
        '{{ channel }}' as channel,
        {{ channel }}_consent as is_given,
        contact_id,
        source,
        case when {{ channel }}_consent then coalesce(consent_at, updated_at) else updated_at end as stated_at,
        {{ channel }}_consent and consent_at is not null as is_time_stated
    from records
    where {{ channel }}_consent is not null
    {%- if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}

),

counted as (

    select
        customer_id,
        channel,
        count(*) filter (where is_given) as count_of_consents,
        count(*) filter (where not is_given) as count_of_refusals
    from stated
    group by customer_id, channel

),

decisive as (

    select * from stated
    qualify row_number() over (
        partition by customer_id, channel
        order by is_given, is_time_stated desc, stated_at desc nulls last, contact_id
    ) = 1

)

select
    decisive.customer_id,
    decisive.channel,
    decisive.is_given as is_allowed,
    decisive.source as stated_by,
    decisive.contact_id,
    decisive.stated_at,
    decisive.is_time_stated,
    counted.count_of_consents,
    counted.count_of_refusals
from decisive
inner join counted
    on
        decisive.customer_id = counted.customer_id
        and decisive.channel = counted.channel
