-- A person without an address has a list with an empty one. Nobody has asked whom `no_consent` stands at, and whom
-- `archived` does is written to no more and has taken nothing back: both say nothing.
{% set filled = nullif_blank('e.value') ~ ' is not null' %}
{% set primary = filled ~ " and e['primary'] = 'true'" %}
with source as (

    {{ latest('pipedrive', 'persons', {
        'name': 'text', 'first_name': 'text', 'last_name': 'text', 'org_id': 'text', 'owner_id': 'text',
        'job_title': 'text', 'birthday': 'text', 'marketing_status': 'text',
        'emails': {'each': ['value', 'primary', 'label']},
        'phones': {'each': ['value', 'primary', 'label']},
        'postal_address': [
            'value', 'route', 'street_number', 'locality', 'admin_area_level_1', 'postal_code', 'country'
        ],
        'add_time': 'text', 'update_time': 'text'
    }) }}

),

chosen as (

    select
        *,
        lower({{ nullif_blank(
            'coalesce(' ~ first_of(those_with('r.emails', primary)) ~ '.value, '
            ~ first_of(those_with('r.emails', filled)) ~ '.value)'
        ) }}) as email
    from source

),

told as (

    select
        *,
        {{ those_with('r.emails', filled ~ ' and lower(' ~ nullif_blank('e.value') ~ ') != email') }} as others
    from chosen

),

renamed as (

    select
        {{ columns_of_record('contact_id', 'add_time', 'update_time') }},
        {{ nullif_blank('r.name') }} as full_name,
        {{ nullif_blank('r.first_name') }} as first_name,
        {{ nullif_blank('r.last_name') }} as last_name,
        email,
        nullif(lower(concat_ws(
            ';'
            {%- for place in range(1, 10) %},
            {{ nullif_blank(nth_of('others', place) ~ '.value') }}
            {%- endfor %}
        )), '') as other_emails,
        {{ nullif_blank(
            'coalesce(' ~ first_of(those_with('r.phones', primary)) ~ '.value, '
            ~ first_of(those_with('r.phones', filled)) ~ '.value)'
        ) }} as phone,
        {%- for label in ['mobile', 'work', 'home'] %}
        {{ nullif_blank(
            first_of(those_with('r.phones', filled ~ " and lower(e.label) = '" ~ label ~ "'")) ~ '.value'
        ) }} as {{ label }}_phone,
        {%- endfor %}
        {{ global_id('r.org_id') }} as company_id,
        {{ nullif_blank('r.job_title') }} as job_title,
        coalesce(
            {{ nullif_blank("concat_ws(' ', r.postal_address.route, r.postal_address.street_number)") }},
            case
                when {{ nullif_blank('r.postal_address.locality') }} is null
                    then {{ nullif_blank('r.postal_address.value') }}
            end
        ) as street,
        {{ nullif_blank('r.postal_address.locality') }} as city,
        {{ nullif_blank('r.postal_address.admin_area_level_1') }} as region,
        {{ nullif_blank('r.postal_address.postal_code') }} as postal_code,
        {{ nullif_blank('r.postal_address.country') }} as country,
        {{ as_date('r.birthday') }} as birth_date,
        {{ global_id('r.owner_id') }} as owner_id,
        case lower({{ nullif_blank('r.marketing_status') }})
            when 'subscribed' then true
            when 'unsubscribed' then false
        end as email_consent,
        {{ unread(times=['r.add_time', 'r.update_time'], dates=['r.birthday']) }} as parse_errors
    from told

)

select * from renamed
