{%- set read = {
    'email': email_cell('email'),
    'other_emails': "nullif(concat_ws(';', " ~ more_emails('email') ~ ", other_emails), '')",
    'phone': phone_cell('phone'),
    'mobile_phone': phone_cell('mobile_phone'),
    'work_phone': phone_cell('work_phone'),
    'home_phone': 'coalesce(' ~ phone_cell('home_phone') ~ ', ' ~ phone_cell('phone', 2) ~ ', ' ~ phone_cell('mobile_phone', 2) ~ ')',
    'interests': replace_all('interests', '\\s*;\\s*', ', ')
} -%}
{%- set fillable = filled_by_custom('contacts') -%}
with unioned as (

    {{ union_of('contacts', 'contact_id') }}

)
{%- if fillable %},

own as (

    select * from {{ ref('int_contacts_custom') }}

),

completed as (

    select
        unioned.* exclude ({{ fillable | join(', ') }}),
        {%- for column in fillable %}
        coalesce(unioned.{{ column }}, own.{{ column }}) as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from unioned
    left join own
        on unioned.contact_id = own.contact_id

)
{%- endif %}

select
    {%- for column in columns_of('contacts', 'contact_id') %}
    {{ read[column] ~ ' as ' ~ column if column in read else column }}{{ ',' if not loop.last }}
    {%- endfor %}
from {{ 'completed' if fillable else 'unioned' }}
