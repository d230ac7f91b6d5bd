-- Who gives neither an address nor a number is nobody who could be found again.
{%- set email = first_of(those_with('r.answers', "e.type = 'control_email'")) %}
{%- set number = first_of(those_with('r.answers', "e.type = 'control_phone'")) %}
{%- set name = first_of(those_with('r.answers', "e.type = 'control_fullname'")) %}
with source as (

    {{ latest('jotform', 'submissions', {
        'submitted_at': 'text',
        'answers': {'each': {'type': 'text', 'said': 'text', 'parts': ['first', 'last', 'full', 'area', 'phone', 'country']}}
    }) }}

),

told as (

    select
        *,
        lower({{ nullif_blank(email ~ '.said') }}) as email,
        coalesce(
            {{ nullif_blank(number ~ '.parts.full') }},
            {{ nullif_blank(number ~ '.said') }},
            {{ nullif_blank(
                "concat_ws(' ', nullif(" ~ number ~ ".parts.country, ''), nullif(" ~ number ~ ".parts.area, ''), "
                ~ "nullif(" ~ number ~ ".parts.phone, ''))"
            ) }}
        ) as phone
    from source

)

select
    {{ global_id('record_id') }} as contact_id,
    source,
    record_id as source_id,
    {{ utc('r.submitted_at') }} as created_at,
    changed_at as updated_at,
    is_deleted,
    {{ nullif_blank("concat_ws(' ', nullif(" ~ name ~ ".parts.first, ''), nullif(" ~ name ~ ".parts.last, ''))") }} as full_name,
    {{ nullif_blank(name ~ '.parts.first') }} as first_name,
    {{ nullif_blank(name ~ '.parts.last') }} as last_name,
    email,
    phone,
    cast(null as string) as parse_errors
from told
where
    is_deleted
    or email is not null
    or phone is not null
