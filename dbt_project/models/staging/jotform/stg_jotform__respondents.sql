-- Who gives neither an address nor a number is nobody who could be found again.
{%- set email = first_of(those_with('r.answers', "e.type = 'control_email'")) %}
{%- set number = first_of(those_with('r.answers', "e.type = 'control_phone'")) %}
{%- set name = first_of(those_with('r.answers', "e.type = 'control_fullname'")) %}
with source as (

    {{ latest('jotform', 'submissions', {
        'submitted_at': 'text',
        'answers': {'each': {
            'type': 'text', 'said': 'text', 'parts': ['first', 'last', 'full', 'area', 'phone', 'country']
        }}
    }) }}

),

chosen as (

    select
        *,
        {{ email }}.said as address,
        {{ number }}.said as number_in_one,
        {{ number }}.parts as numbers,
        {{ name }}.parts as names
    from source

),

told as (

    select
        *,
        lower({{ nullif_blank('address') }}) as email,
        coalesce(
            {{ nullif_blank('numbers.full') }},
            {{ nullif_blank('number_in_one') }},
            {{ nullif_blank(
                "concat_ws(' ', nullif(numbers.country, ''), nullif(numbers.area, ''), nullif(numbers.phone, ''))"
            ) }}
        ) as phone
    from chosen

)

select
    {{ global_id('record_id') }} as contact_id,
    source,
    record_id as source_id,
    {{ utc('r.submitted_at') }} as created_at,
    changed_at as updated_at,
    is_deleted,
    {{ nullif_blank("concat_ws(' ', nullif(names.first, ''), nullif(names.last, ''))") }} as full_name,
    {{ nullif_blank('names.first') }} as first_name,
    {{ nullif_blank('names.last') }} as last_name,
    email,
    phone,
    cast(null as string) as parse_errors
from told
where
    is_deleted
    or email is not null
    or phone is not null
