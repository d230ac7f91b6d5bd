{{ config(materialized='incremental', incremental_strategy='of_read', unique_key='record_number') }}
with contacts as (

    select * from {{ ref('int_contacts_changed') }}

),

emails as (

    select
        contact_id,
        max(email_key) filter (where place = 1) as email_key,
        max(kind) filter (where place = 1) as email_kind,
        {{ joined_in_order('email_key', ' ', 'place', where='place > 1') }} as other_email_keys
    from {{ ref('int_emails_standardized') }}
    group by contact_id

),

phones as (

    select
        contact_id,
        min_by(phone_key, place) filter (where phone_key is not null) as phone_key,
        min_by(phone_ending, place) filter (where phone_ending is not null) as phone_ending,
        max_by(phone_ending, place) filter (where phone_ending is not null) as other_phone_ending
    from {{ ref('int_phones_standardized') }}
    group by contact_id

)

select
    contacts.record_number,
    contacts.contact_id,
    contacts.source,
    contacts.source_id,
    not contacts.is_deleted and contacts.merged_into is null as is_active,
    contacts.merged_into,
    names.first_key,
    names.last_key,
    names.full_first_key,
    names.full_last_key,
    names.first_sounds,
    names.last_sounds,
    names.generation,
    emails.email_key,
    emails.email_kind,
    emails.other_email_keys,
    phones.phone_key,
    phones.phone_ending,
    phones.other_phone_ending,
    contacts.country_code,
    {{ address_key('contacts.postal_code', 'contacts.street') }} as address_key,
    contacts.company_key,
    contacts.birth_date,
    contacts.content,
    contacts.run_number
from contacts
inner join {{ ref('int_names_standardized') }} as names
    on contacts.contact_id = names.contact_id
left join emails
    on contacts.contact_id = emails.contact_id
left join phones
    on contacts.contact_id = phones.contact_id
