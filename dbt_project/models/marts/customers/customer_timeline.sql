-- One row per touch of a customer, from every entity that carries one. A touch without a time or without
-- a customer is no part of a customer's story and is absent.

with

touches as (

    {% for model in ['int_sales_touched', 'int_messages_touched', 'int_tickets_touched'] -%}
    select
        touch_id,
        contact_id,
        event_at,
        channel,
        direction,
        kind,
        subject,
        amount,
        source,
        reference_id
    from {{ ref(model) }}
    {%- if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}

),

contacts as (

    select * from {{ ref('int_contacts_resolved') }}

)

select
    touches.touch_id,
    contacts.customer_id,
    touches.event_at,
    touches.channel,
    touches.direction,
    touches.kind,
    touches.subject,
    touches.amount,
    case when touches.amount is not null then '{{ var("base_currency") }}' end as currency,
    touches.source,
    {{ brand_of('touches.source') }} as brand,
    touches.reference_id
from touches
inner join contacts
    on touches.contact_id = contacts.contact_id
where
    touches.event_at is not null
    and not {{ is_future('touches.event_at') }}
