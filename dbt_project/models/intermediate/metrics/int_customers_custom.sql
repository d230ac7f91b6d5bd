-- One row per customer of whom a record has a custom field: of each field the value of the record whose word counts
-- first in the golden record.
{%- set fields = custom_fields('contacts') %}

with

ranked as (

    select
        contact_id,
        customer_id,
        preference
    from {{ ref('int_identities_ranked') }}

),

custom as (

    select * from {{ ref('int_contacts_custom') }}

)

select
    ranked.customer_id,
    {%- for field in fields %}
    min_by(custom.{{ field.name }}, ranked.preference) filter (where custom.{{ field.name }} is not null)
        as {{ field.name }},
    {%- endfor %}
    count(*) as count_of_custom_records
from ranked
inner join custom
    on ranked.contact_id = custom.contact_id
group by ranked.customer_id
