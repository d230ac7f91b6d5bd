with contacts as (

    select
        *,
        lower(coalesce(
            country,
            nullif(split_part(replace(language, '_', '-'), '-', 2), ''),
            {{ quoted(var('default_country')) if var('default_country') else 'null' }}
        )) as country_name
    from {{ ref('int_contacts_unioned') }}

),

countries as (

    {{ countries_by_name() }}

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

)

select
    -- In an order that says nothing of the record, so that neighbours are drawn blindly.
    row_number() over (order by md5(contacts.contact_id), contacts.contact_id) as record_number,
    contacts.contact_id,
    contacts.source,
    contacts.source_id,
    not contacts.is_deleted and contacts.merged_into is null as is_active,
    contacts.merged_into,
    names.first_key,
    names.last_key,
    names.full_first_key,
    names.full_last_key,
    {{ email_key('contacts.email') }} as email_key,
    {%- for key, phone in {
        'mobile_phone_key': 'mobile_phone', 'main_phone_key': 'phone',
        'work_phone_key': 'work_phone', 'home_phone_key': 'home_phone'
    }.items() %}
    {{ phone_key('contacts.' ~ phone) }} as {{ key }},
    {%- endfor %}
    coalesce(mobile_phone_key, main_phone_key, work_phone_key, home_phone_key) as phone_key,
    {{ phone_ending('coalesce(contacts.mobile_phone, contacts.phone, contacts.work_phone, contacts.home_phone)') }}
        as phone_ending,
    countries.country_code,
    {{ address_key('contacts.postal_code', 'contacts.street') }} as address_key,
    coalesce(companies.domain, employers.domain) as company_key,
    contacts.birth_date
from contacts
inner join {{ ref('int_identities_named') }} as names
    on contacts.contact_id = names.contact_id
left join countries
    on contacts.country_name = countries.country_name
left join companies
    on contacts.company_id = companies.company_id
left join employers
    on split_part(contacts.email, '@', 2) = employers.domain
