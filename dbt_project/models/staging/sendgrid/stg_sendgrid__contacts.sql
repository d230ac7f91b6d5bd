-- Whether a person may be written to is said by the lists of suppressions alone.
with source as (

    {{ latest('sendgrid', 'contacts', {
        'email': 'text', 'alternate_emails': {'each': 'text'}, 'first_name': 'text', 'last_name': 'text',
        'phone_number': 'text', 'address_line_1': 'text', 'address_line_2': 'text', 'city': 'text',
        'state_province_region': 'text', 'postal_code': 'text', 'country': 'text', 'created_at': 'text',
        'updated_at': 'text'
    }) }}

),

named as (

    select
        *,
        {{ nullif_blank('r.first_name') }} as first_name,
        {{ nullif_blank('r.last_name') }} as last_name
    from source

)

select
    {{ columns_of_record('contact_id', 'created_at', 'updated_at') }},
    {{ nullif_blank("concat_ws(' ', first_name, last_name)") }} as full_name,
    first_name,
    last_name,
    lower({{ nullif_blank('r.email') }}) as email,
    nullif(lower(concat_ws(
        ';'
        {%- for place in range(1, 6) %},
        {{ nullif_blank(nth_of('r.alternate_emails', place)) }}
        {%- endfor %}
    )), '') as other_emails,
    {{ nullif_blank('r.phone_number') }} as phone,
    {{ nullif_blank(
        "concat_ws(', ', " ~ nullif_blank('r.address_line_1') ~ ", " ~ nullif_blank('r.address_line_2') ~ ")"
    ) }} as street,
    {{ nullif_blank('r.city') }} as city,
    {{ nullif_blank('r.state_province_region') }} as region,
    {{ nullif_blank('r.postal_code') }} as postal_code,
    {{ nullif_blank('r.country') }} as country,
    {{ unread(times=['r.created_at', 'r.updated_at']) }} as parse_errors
from named
