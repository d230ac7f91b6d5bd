{#- What a person sees of both records, to decide. -#}
{%- set shown = ['source', 'full_name', 'email', 'phone', 'birth_date', 'street', 'postal_code', 'city', 'country',
    'company_name'] -%}
-- One row per pair of records of which a person should say whether they are one, the most doubtful first.
with

doubted as (

    select * from {{ ref('int_pairs_doubted') }}
    where place_in_queue <= {{ var('review_limit') }}

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
    doubted.place_in_queue,
    doubted.contact_id_a,
    doubted.contact_id_b,
    a.customer_id as customer_id_a,
    b.customer_id as customer_id_b,
    doubted.is_one_customer,
    doubted.probability,
    {%- for field in shown %}
    a.{{ field }} as {{ field }}_a,
    b.{{ field }} as {{ field }}_b,
    {%- endfor %}
    doubted.agreement
from doubted
inner join contacts as a
    on doubted.contact_id_a = a.contact_id
inner join contacts as b
    on doubted.contact_id_b = b.contact_id
