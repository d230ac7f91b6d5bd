{#- Who says neither an address nor a number is nobody who could be found again. Hidden fields are put into the form's
address by whoever sends it out, and called as they like: these are the usual names. -#}
with source as (

    {{ latest('typeform', 'responses', {
        'landed_at': 'text',
        'submitted_at': 'text',
        'hidden': ['email', 'phone', 'name', 'first_name', 'last_name'],
        'answers': {'each': {'field': ['type'], 'type': 'text', 'email': 'text', 'phone_number': 'text'}}
    }) }}

),

told as (

    select
        *,
        lower(coalesce(
            {{ nullif_blank(first_of(those_with('r.answers', "e.type = 'email'")) ~ '.email') }},
            {{ nullif_blank('r.hidden.email') }}
        )) as email,
        coalesce(
            {{ nullif_blank(first_of(those_with('r.answers', "e.type = 'phone_number'")) ~ '.phone_number') }},
            {{ nullif_blank('r.hidden.phone') }}
        ) as phone
    from source

)

select
    {{ global_id('record_id') }} as contact_id,
    source,
    record_id as source_id,
    {{ utc('r.landed_at') }} as created_at,
    changed_at as updated_at,
    is_deleted,
    {{ nullif_blank('r.hidden.name') }} as full_name,
    {{ nullif_blank('r.hidden.first_name') }} as first_name,
    {{ nullif_blank('r.hidden.last_name') }} as last_name,
    email,
    phone,
    cast(null as string) as parse_errors
from told
where
    is_deleted
    or email is not null
    or phone is not null
