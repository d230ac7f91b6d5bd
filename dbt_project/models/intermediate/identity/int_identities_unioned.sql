with contacts as (

    select
        *,
        coalesce(first_name, last_name) is null and full_name like '%,%' as is_last_name_first,
        case when coalesce(first_name, last_name) is null and full_name not like '%@%' then {{ name_key('full_name') }} end
            as full_key
    from {{ ref('int_contacts_unioned') }}

),

countries as (

    {{ countries_by_name() }}

),

nicknames as (

    {{ nicknames() }}

),

companies as (

    select
        company_id,
        domain
    from {{ ref('int_companies_unioned') }}
    where
        not is_deleted
        and domain not in ({{ open_mail_domains() }})

),

employers as (

    select distinct domain from companies

),

named as (

    select
        *,
        case
            when is_last_name_first then {{ name_key("split_part(full_name, ',', 2)") }}
            when full_key like '% %' then split_part(full_key, ' ', 1)
            else {{ name_key('first_name') }}
        end as first_key,
        case
            when is_last_name_first then {{ name_key("split_part(full_name, ',', 1)") }}
            when full_key is not null then split_part(full_key, ' ', -1)
            else {{ name_key('last_name') }}
        end as last_key,
        lower(coalesce(country, nullif(split_part(replace(language, '_', '-'), '-', 2), ''),
            {{ "'" ~ var('default_country') ~ "'" if var('default_country') else 'null' }})) as country_name
    from contacts

)

select
    named.contact_id,
    named.source,
    named.source_id,
    not named.is_deleted and named.merged_into is null as is_active,
    named.merged_into,
    named.first_key,
    named.last_key,
    coalesce(nicknames.full_form, named.first_key) as full_first_key,
    coalesce(swapped.full_form, named.last_key) as full_last_key,
    {{ email_key('named.email') }} as email_key,
    {%- for phone in ['mobile_phone', 'phone', 'work_phone', 'home_phone'] %}
    {{ phone_key('named.' ~ phone) }} as {{ phone if phone != 'phone' else 'main_phone' }}_key,
    {%- endfor %}
    coalesce(mobile_phone_key, main_phone_key, work_phone_key, home_phone_key) as phone_key,
    {{ phone_ending('coalesce(named.mobile_phone, named.phone, named.work_phone, named.home_phone)') }} as phone_ending,
    countries.country_code,
    {{ address_key('named.postal_code', 'named.street') }} as address_key,
    coalesce(companies.domain, employers.domain) as company_key,
    named.birth_date
from named
left join countries
    on named.country_name = countries.country_name
left join nicknames
    on named.first_key = nicknames.nickname
left join nicknames as swapped
    on named.last_key = swapped.nickname
left join companies
    on named.company_id = companies.company_id
left join employers
    on split_part(named.email, '@', 2) = employers.domain
