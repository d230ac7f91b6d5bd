{%- set names = 'contact_id, first_key, last_key, full_first_key, full_last_key' -%}
with identities as (

    select * from {{ ref('int_identities_unioned') }}
    where is_active

),

keys as (

    select {{ names }}, 'e-mail' as key_kind, email_key as key from identities
    {%- for phone in ['mobile_phone_key', 'main_phone_key', 'work_phone_key', 'home_phone_key'] %}
    union
    select {{ names }}, 'phone' as key_kind, {{ phone }} as key from identities
    where coalesce(first_key, last_key) is not null
    {%- endfor %}
    {%- for kind, key in {
        'phone ending': 'phone_ending',
        'address': 'address_key',
        'company': "company_key || '|' || least(full_first_key, full_last_key)",
        'birth date': "cast(birth_date as string) || '|' || substring(least(full_first_key, full_last_key), 1, 1)"
    }.items() %}
    union
    select {{ names }}, '{{ kind }}' as key_kind, {{ key }} as key from identities
    where first_key is not null and last_key is not null
    {%- endfor %}

)

select
    *,
    min(contact_id) over (partition by key_kind, key) as first_contact_id
from keys
where key is not null
qualify count(*) over (partition by key_kind, key) between 2 and {{ var('hub_limit') }}
