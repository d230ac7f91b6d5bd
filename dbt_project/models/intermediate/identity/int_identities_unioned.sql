with contacts as (

    select * from {{ ref('int_contacts_unioned') }}

),

emails as (

    select
        contact_id,
        max(email_key) filter (where place = 1) as email_key,
        max(kind) filter (where place = 1) as email_kind,
        string_agg(email_key, ' ' order by place) filter (where place > 1) as other_email_keys
    from {{ ref('int_contacts_emailed') }}
    group by contact_id

),

phones as (

    select
        phoned.contact_id,
        min_by(parsed.phone_key, phoned.place) filter (where parsed.phone_key is not null) as phone_key,
        min_by({{ phone_ending('phoned.phone') }}, phoned.place) as phone_ending,
        max_by({{ phone_ending('phoned.phone') }}, phoned.place) as other_phone_ending
    from {{ ref('int_contacts_phoned') }} as phoned
    inner join {{ ref('int_phones_parsed') }} as parsed
        on
            phoned.country_code = parsed.country_code
            and phoned.phone = parsed.phone
    group by phoned.contact_id

),

companies as (

    select
        companies.company_id,
        owned.owned_domain as domain
    from {{ ref('int_companies_unioned') }} as companies
    inner join {{ ref('int_domains_owned') }} as owned
        on {{ site_domain('companies.domain') }} = owned.domain
    where
        not companies.is_deleted
        and owned.owned_domain is not null

),

employers as (

    select * from {{ ref('int_domains_owned') }}
    where owned_domain in (select companies.domain from companies)

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
    emails.email_key,
    emails.email_kind,
    emails.other_email_keys,
    phones.phone_key,
    phones.phone_ending,
    phones.other_phone_ending,
    located.country_code,
    {{ address_key('contacts.postal_code', 'contacts.street') }} as address_key,
    coalesce(companies.domain, employers.owned_domain) as company_key,
    contacts.birth_date
from contacts
inner join {{ ref('int_identities_named') }} as names
    on contacts.contact_id = names.contact_id
left join {{ ref('int_contacts_located') }} as located
    on contacts.contact_id = located.contact_id
left join emails
    on contacts.contact_id = emails.contact_id
left join phones
    on contacts.contact_id = phones.contact_id
left join companies
    on contacts.company_id = companies.company_id
left join employers
    on {{ email_domain('contacts.email') }} = employers.domain
