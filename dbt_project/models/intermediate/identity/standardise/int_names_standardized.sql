with letters as (

    select
        contact_id,
        first_name,
        last_name,
        full_name,
        {%- for field in ['first_name', 'last_name', 'full_name'] %}
        {{ is_foreign(field) }} as {{ field }}_is_foreign,
        {%- endfor %}
        {{ characters_of(
            "concat_ws(' ', first_name, last_name, full_name)", 'country_code', 'language'
        ) }} as characters_of
    from {{ ref('int_contacts_changed') }}

),

written as (

    select
        contact_id,
        coalesce({{ name_sounds('first_name') }}, split_part({{ name_sounds('full_name') }}, ', ', 2)) as first_sounds,
        coalesce({{ name_sounds('last_name') }}, split_part({{ name_sounds('full_name') }}, ', ', 1)) as last_sounds,
        coalesce(
            crm360_generation('first_name', first_name),
            crm360_generation('last_name', last_name),
            crm360_generation('full_name', full_name)
        ) as generation,
        {{ plain_name('first_name') }} as first_name,
        {{ plain_name('last_name') }} as last_name,
        case when coalesce(first_name, last_name) is null then {{ plain_name('full_name') }} end as full_name
    from letters

),

whole as (

    select
        *,
        coalesce(full_name like '%,%', false) as is_last_name_first,
        case when full_name not like '%@%' then {{ name_key('full_name') }} end as full_key,
        -- Words are told by blanks: Jean-Pierre is one name, and so are Eun-ji and Müller-Schmidt.
        trim({{ replace_all('full_name', '[\\s\\p{Z}]+', ' ') }}) as full_words
    from written

),

parted as (

    select
        *,
        coalesce(not is_last_name_first and full_key like '% %' and full_words like '% %', false) as has_two_names,
        case
            when is_last_name_first then split_part(full_name, ',', 2)
            when full_key like '% %' and full_words like '% %' then split_part(full_words, ' ', 1)
            else first_name
        end as first_part,
        case
            when is_last_name_first then split_part(full_name, ',', 1)
            when full_key like '% %' and full_words like '% %' then split_part(full_words, ' ', -1)
            when full_key is null then last_name
        end as last_part
    from whole

),

named as (

    select
        *,
        coalesce(
            {{ name_key('first_part') }},
            case when has_two_names then split_part(full_key, ' ', 1) end
        ) as first_key,
        coalesce(
            {{ name_key('last_part') }},
            case when has_two_names then split_part(full_key, ' ', -1) when not is_last_name_first then full_key end
        ) as last_key
    from parted

)

select
    contact_id,
    first_key,
    last_key,
    generation,
    crm360_full_form(first_key) as full_first_key,
    crm360_full_form(last_key) as full_last_key,
    case when first_key is not null then nullif(first_sounds, '') end as first_sounds,
    case when last_key is not null then nullif(last_sounds, '') end as last_sounds
from named
