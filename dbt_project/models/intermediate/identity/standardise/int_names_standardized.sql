with contacts_read as (

    {{ contacts_lettered() }}

),

written as (

    select
        contacts.contact_id,
        coalesce(firsts.sounds, split_part(fulls.sounds, ', ', 2)) as first_sounds,
        coalesce(lasts.sounds, split_part(fulls.sounds, ', ', 1)) as last_sounds,
        coalesce(firsts.generation, lasts.generation, fulls.generation) as generation,
        coalesce(firsts.plain_name, contacts.first_name) as first_name,
        coalesce(lasts.plain_name, contacts.last_name) as last_name,
        coalesce(fulls.plain_name, contacts.full_name) as full_name
    from contacts_read as contacts
    left join {{ ref('int_names_parsed') }} as firsts
        on
            contacts.first_name = firsts.name
            and contacts.characters_of = firsts.characters_of
            and firsts.field = 'first_name'
    left join {{ ref('int_names_parsed') }} as lasts
        on
            contacts.last_name = lasts.name
            and contacts.characters_of = lasts.characters_of
            and lasts.field = 'last_name'
    left join {{ ref('int_names_parsed') }} as fulls
        on
            contacts.full_name = fulls.name
            and contacts.characters_of = fulls.characters_of
            and fulls.field = 'full_name'

),

contacts as (

    select
        *,
        coalesce(first_name, last_name) is null and full_name like '%,%' as is_last_name_first,
        case
            when coalesce(first_name, last_name) is null and full_name not like '%@%'
                then {{ name_key('full_name') }}
        end as full_key,
        -- Words are told by blanks: Jean-Pierre is one name, and so are Eun-ji and Müller-Schmidt.
        trim({{ replace_all('full_name', '[\\s\\p{Z}]+', ' ') }}) as full_words
    from written

),

nicknames as (

    select * from {{ ref('int_nicknames') }}

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
    named.contact_id,
    named.first_key,
    named.last_key,
    coalesce(firsts.full_form, named.first_key) as full_first_key,
    coalesce(lasts.full_form, named.last_key) as full_last_key,
    case when named.first_key is not null then nullif(named.first_sounds, '') end as first_sounds,
    case when named.last_key is not null then nullif(named.last_sounds, '') end as last_sounds,
    named.generation
from named
left join nicknames as firsts
    on named.first_key = firsts.nickname
left join nicknames as lasts
    on named.last_key = lasts.nickname
