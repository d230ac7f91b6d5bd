-- One row per customer and channel: whether the customer may be written to there, and who said so.
with

customers as (

    {% for channel in ['email', 'sms', 'phone'] -%}
    select
        customer_id,
        '{{ channel }}' as channel
    from {{ ref('int_golden_records') }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

consents as (

    select * from {{ ref('int_customers_consents') }}

)

select
    customers.customer_id,
    customers.channel,
    consents.is_given as is_allowed,
    consents.source as stated_by,
    consents.field as stated_in,
    consents.list_id,
    consents.contact_id,
    consents.stated_at,
    coalesce(consents.state, 'unknown') as state,
    coalesce(consents.is_time_stated, false) as is_time_stated,
    coalesce(consents.count_of_consents, 0) as count_of_consents,
    coalesce(consents.count_of_refusals, 0) as count_of_refusals,
    coalesce(consents.count_of_lifted_refusals, 0) as count_of_lifted_refusals
from customers
left join consents
    on
        customers.customer_id = consents.customer_id
        and customers.channel = consents.channel
