{%- set filled = nullif_blank('e.email') ~ ' is not null' %}
with source as (

    {{ latest('close', 'contacts', {
        'lead_id': 'text', 'name': 'text', 'title': 'text', 'date_created': 'text', 'date_updated': 'text',
        'emails': {'each': ['email', 'type']},
        'phones': {'each': ['phone', 'type']}
    }) }}

),

told as (

    select
        *,
        {{ those_with('r.emails', filled) }} as addresses
    from source

)

select
    {{ columns_of_record('contact_id', 'date_created', 'date_updated') }},
    {{ nullif_blank('r.name') }} as full_name,
    lower({{ nullif_blank(first_of('addresses') ~ '.email') }}) as email,
    nullif(lower(concat_ws(
        ';'
        {%- for place in range(2, 10) %},
        {{ nullif_blank(nth_of('addresses', place) ~ '.email') }}
        {%- endfor %}
    )), '') as other_emails,
    {{ nullif_blank(first_of('r.phones') ~ '.phone') }} as phone,
    {%- for type, column in {'mobile': 'mobile_phone', 'office': 'work_phone', 'home': 'home_phone'}.items() %}
    {{ nullif_blank(first_of(those_with('r.phones', "e.type = '" ~ type ~ "'")) ~ '.phone') }} as {{ column }},
    {%- endfor %}
    {{ global_id('r.lead_id') }} as company_id,
    {{ nullif_blank('r.title') }} as job_title,
    {{ unread(times=['r.date_created', 'r.date_updated']) }} as parse_errors
from told
