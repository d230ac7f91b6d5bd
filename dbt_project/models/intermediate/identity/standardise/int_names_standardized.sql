with contacts_read as (

    select
        contact_id,
        first_name,
        last_name,
        full_name,
        {{ characters_of("concat_ws(' ', first_name, last_name, full_name)", 'country_code', 'language') }} as characters_of
    from {{ ref('int_contacts_changed') }}

),

written as (

    select
        contact_id,
        coalesce(
            {{ name_sounds('first_name', 'characters_of') }}, split_part({{ name_sounds('full_name', 'characters_of') }}, ', ', 2)
        ) as first_sounds,
        coalesce(
            {{ name_sounds('last_name', 'characters_of') }}, split_part({{ name_sounds('full_name', 'characters_of') }}, ', ', 1)
        ) as last_sounds,
        coalesce(
            crm360_generation('first_name', first_name),
            crm360_generation('last_name', last_name),
            crm360_generation('full_name', full_name)
        ) as generation,
        {{ plain_name('first_name', 'characters_of') }} as first_name,
        {{ plain_name('last_name', 'characters_of') }} as last_name,
        case when coalesce(first_name, last_name) is null then {{ plain_name('full_name', 'characters_of') }} end as full_name
    from contacts_read

),

contacts as (

    select
        *,
        coalesce(full_name like '%,%', false) as is_last_name_first,
        case when full_name not like '%@%' then {{ name_key('full_name') }} end as full_key,
        -- Words are told by blanks: Jean-Pierre is one name, and so are Eun-ji and Müller-Schmidt.
        trim({{ replace_all('full_name', '[\\s\\p{Z}]+', ' ') }}) as full_words
    from written

),

named as (

    select
        contact_id,
        first_sounds,
        last_sounds,
        generation,
        case
            when is_last_name_first then {{ name_key("split_part(full_name, ',', 2)") }}
            when full_key like '% %' and full_words like '% %'
                then coalesce({{ name_key("split_part(full_words, ' ', 1)") }}, split_part(full_key, ' ', 1))
            else {{ name_key('first_name') }}
        end as first_key,
        case
            when is_last_name_first then {{ name_key("split_part(full_name, ',', 1)") }}
            when full_key like '% %' and full_words like '% %'
                then coalesce({{ name_key("split_part(full_words, ' ', -1)") }}, split_part(full_key, ' ', -1))
            when full_key is not null then full_key
            else {{ name_key('last_name') }}
        end as last_key
    from contacts

)

select
    contact_id,
    first_key,
    last_key,
    crm360_full_form(first_key) as full_first_key,
    crm360_full_form(last_key) as full_last_key,
    case when first_key is not null then nullif(first_sounds, '') end as first_sounds,
    case when last_key is not null then nullif(last_sounds, '') end as last_sounds,
    generation
from named
