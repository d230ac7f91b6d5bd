{{ config(materialized='incremental', incremental_strategy='of_read', unique_key='record_number') }}
with contacts as (

    select
        contact_id,
        first_name,
        last_name,
        full_name,
        city,
        postal_code,
        street,
        company_name,
        job_title,
        gender,
        linkedin_url,
        twitter_handle,
        person_number,
        entered_at
    from {{ ref('int_contacts_changed') }}

),

identities as (

    select
        *,
        {{ email_name('email_key', 1) }} as email_first,
        {{ email_name('email_key', 2) }} as email_last
    from {{ ref('int_contacts_standardized') }}
    where is_active

),

worded as (

    select
        identities.record_number,
        identities.contact_id,
        identities.source,
        coalesce(
            identities.country_code,
            case
                when coalesce(identities.first_sounds, identities.last_sounds) is not null
                    then {{ country_of_script(
                        "concat_ws(' ', contacts.first_name, contacts.last_name, contacts.full_name)"
                    ) }}
            end
        ) as country_code,
        {{ first_name_described() }} as first_name,
        {{ last_name_described() }} as last_name,
        identities.first_sounds,
        identities.last_sounds,
        identities.generation,
        identities.birth_date,
        replace(cast(identities.birth_date as string), '-', '') as birth_text,
        year(identities.birth_date) as birth_year,
        month(identities.birth_date) as birth_month,
        day(identities.birth_date) as birth_day,
        identities.email_key as email,
        identities.other_email_keys as other_emails,
        split_part(identities.email_key, '@', 1) as email_local,
        {{ plain_vowels("split_part(identities.email_key, '@', 1)") }} as email_plain,
        {{ without_digits("split_part(identities.email_key, '@', 1)") }} as email_letters,
        identities.email_first as email_first_name,
        identities.email_last as email_last_name,
        split_part(identities.email_key, '@', 2) as email_domain,
        crm360_owned_domain(split_part(identities.email_key, '@', 2)) is null as is_open_mail,
        coalesce({{ last_digits('identities.phone_key') }}, identities.phone_ending) as phone,
        identities.other_phone_ending as other_phone,
        {{ words_key('contacts.street') }} as street,
        {{ words_key('contacts.postal_code') }} as postal_code,
        {{ words_key('contacts.city') }} as city,
        case
            when {{ is_in_other_letters(words_key('contacts.city')) }}
                then nullif(crm360_place_sounds(contacts.city), '')
        end as city_sounds,
        coalesce(identities.company_key, {{ company_words('contacts.company_name') }}) as company,
        {{ words_key('contacts.job_title') }} as job,
        {{ gender_key('contacts.gender') }} as gender,
        nullif(lower(trim(coalesce(contacts.linkedin_url, contacts.twitter_handle))), '') as profile,
        {{ words_key('contacts.person_number') }} as person_number,
        contacts.entered_at
    from identities
    inner join contacts
        on identities.contact_id = contacts.contact_id

)

select
    *,
    crm360_full_forms(first_name) as first_name_forms,
    crm360_full_form(first_name) as full_first_name,
    crm360_full_form(last_name) as full_last_name,
    {{ digits_of('street') }} as street_digits
from worded
