{#- What a person sees of both records, to decide. -#}
{%- set shown = ['source', 'full_name', 'email', 'phone', 'birth_date', 'street', 'postal_code', 'city', 'country',
    'company_name'] -%}
-- One row per pair of records of which a person should say whether they are one, those first whose decision is worth
-- most.
with

asked as (

    select * from {{ ref('int_pairs_asked') }}

),

contacts as (

    select
        contacts.*,
        resolved.customer_id
    from {{ ref('int_contacts_unioned') }} as contacts
    left join {{ ref('int_contacts_resolved') }} as resolved
        on contacts.contact_id = resolved.contact_id

)

select
    asked.place_in_queue,
    asked.contact_id_a,
    asked.contact_id_b,
    a.customer_id as customer_id_a,
    b.customer_id as customer_id_b,
    asked.is_one_customer,
    asked.asked_because,
    asked.probability,
    asked.count_of_records,
    asked.net_revenue,
    {%- for field in shown %}
    a.{{ field }} as {{ field }}_a,
    b.{{ field }} as {{ field }}_b,
    {%- endfor %}
    asked.agreement,
    asked.agreed_on
from asked
inner join contacts as a
    on asked.contact_id_a = a.contact_id
inner join contacts as b
    on asked.contact_id_b = b.contact_id
where asked.place_in_queue <= {{ var('review_limit') }}
