with contacts as (

    select * from {{ ref('int_contacts_changed') }}

),

phones as (

    {%- for phone in ['mobile_phone', 'phone', 'work_phone', 'home_phone'] %}
    select
        contact_id,
        '{{ phone }}' as kind,
        {{ loop.index }} as place,
        {{ phone }} as phone
    from contacts
    where {{ phone }} is not null
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select
    phones.contact_id,
    phones.kind,
    phones.place,
    phones.phone,
    coalesce(located.country_code, '') as country_code
from phones
left join {{ ref('int_addresses_standardized') }} as located
    on phones.contact_id = located.contact_id
