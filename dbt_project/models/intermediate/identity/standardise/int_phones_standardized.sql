with phones as (

    {%- for phone in ['mobile_phone', 'phone', 'work_phone', 'home_phone'] %}
    select
        contact_id,
        {{ loop.index }} as place,
        {{ phone }} as phone,
        country_code
    from {{ ref('int_contacts_changed') }}
    where {{ phone }} is not null
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select
    contact_id,
    place,
    crm360_phone_number(phone, coalesce(country_code, '')) as phone_key,
    {{ phone_ending('phone') }} as phone_ending
from phones
