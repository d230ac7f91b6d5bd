{%- set read = {
    'email': email_cell('email'),
    'other_emails': "nullif(concat_ws(';', " ~ more_emails('email') ~ ", other_emails), '')",
    'phone': phone_cell('phone'),
    'mobile_phone': phone_cell('mobile_phone'),
    'work_phone': phone_cell('work_phone'),
    'home_phone': 'coalesce(' ~ phone_cell('home_phone') ~ ', ' ~ phone_cell('phone', 2) ~ ', ' ~ phone_cell('mobile_phone', 2) ~ ')',
    'interests': "replace(interests, ';', ', ')"
} -%}
with unioned as (

    {{ union_of('contacts', 'contact_id') }}

),

completed as (

    {{ completed_by_custom('contacts', 'contact_id', 'unioned') }}

)

select
    {%- for column in columns_of('contacts', 'contact_id') if column not in read and column != 'is_deleted' %}
    {{ column }},
    {%- endfor %}
    {%- for column, value in read.items() %}
    {{ value }} as {{ column }},
    {%- endfor %}
    is_deleted
from completed
