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
    {%- for column in columns_of('contacts', 'contact_id') %}
    {{ read[column] ~ ' as ' ~ column if column in read else column }}{{ ',' if not loop.last }}
    {%- endfor %}
from completed
