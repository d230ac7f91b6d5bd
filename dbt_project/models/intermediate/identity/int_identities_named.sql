with parsed as (

    select * from {{ ref('int_names_parsed') }}

),

written as (

    select
        contacts.contact_id,
        coalesce(firsts.plain_name, contacts.first_name) as first_name,
        coalesce(lasts.plain_name, contacts.last_name) as last_name,
        coalesce(fulls.plain_name, contacts.full_name) as full_name
    from {{ ref('int_contacts_read') }} as contacts
    left join parsed as firsts
        on
            contacts.first_name = firsts.name
            and firsts.field = 'first_name'
    left join parsed as lasts
        on
            contacts.last_name = lasts.name
            and lasts.field = 'last_name'
    left join parsed as fulls
        on
            contacts.full_name = fulls.name
            and fulls.field = 'full_name'

),

contacts as (

    select
        contact_id,
        first_name,
        last_name,
        full_name,
        coalesce(first_name, last_name) is null and full_name like '%,%' as is_last_name_first,
        case
            when coalesce(first_name, last_name) is null and full_name not like '%@%'
                then {{ name_key('full_name') }}
        end as full_key
    from written

),

nicknames as (

    select * from {{ ref('int_nicknames') }}

),

named as (

    select
        contact_id,
        case
            when is_last_name_first then {{ name_key("split_part(full_name, ',', 2)") }}
            when full_key like '% %' then split_part(full_key, ' ', 1)
            else {{ name_key('first_name') }}
        end as first_key,
        case
            when is_last_name_first then {{ name_key("split_part(full_name, ',', 1)") }}
            when full_key is not null then split_part(full_key, ' ', -1)
            else {{ name_key('last_name') }}
        end as last_key
    from contacts

)

select
    named.contact_id,
    named.first_key,
    named.last_key,
    coalesce(firsts.full_form, named.first_key) as full_first_key,
    coalesce(lasts.full_form, named.last_key) as full_last_key
from named
left join nicknames as firsts
    on named.first_key = firsts.nickname
left join nicknames as lasts
    on named.last_key = lasts.nickname
