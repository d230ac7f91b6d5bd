with contacts as (

    select
        contact_id,
        record_number
    from {{ ref('int_contacts_changed') }}

),

identities as (

    select identities.*
    from {{ ref('int_contacts_standardized') }} as identities
    inner join contacts
        on identities.record_number = contacts.record_number
    where identities.is_active

),

keys as (

    select
        identities.record_number,
        'e-mail' as key_kind,
        emailed.email_key as key
    from identities
    inner join {{ ref('int_emails_standardized') }} as emailed
        on identities.contact_id = emailed.contact_id
    where identities.first_key is not null or not {{ is_group_address('emailed.email_key') }}
    union
    -- What a family or a team reads says who is meant within one system only, where no first name says it.
    select
        identities.record_number,
        'e-mail' as key_kind,
        emailed.email_key || '|' || identities.source as key
    from identities
    inner join {{ ref('int_emails_standardized') }} as emailed
        on identities.contact_id = emailed.contact_id
    where {{ is_group_address('emailed.email_key') }}
    union
    select
        identities.record_number,
        'phone' as key_kind,
        parsed.phone_key as key
    from identities
    inner join {{ ref('int_phones_standardized') }} as phoned
        on identities.contact_id = phoned.contact_id
    inner join {{ ref('int_phones_parsed') }} as parsed
        on
            phoned.country_code = parsed.country_code
            and phoned.phone = parsed.phone
    where coalesce(identities.first_key, identities.last_key) is not null
    {%- for kind, key in {
        'phone ending': 'phone_ending',
        'address': 'address_key',
        'company': "company_key || '|' || least(full_first_key, full_last_key)",
        'birth date': "cast(birth_date as string) || '|' || substring(least(full_first_key, full_last_key), 1, 1)"
    }.items() %}
    union
    select record_number, '{{ kind }}' as key_kind, {{ key }} as key from identities
    where first_key is not null and last_key is not null
    {%- endfor %}

)

select
    record_number,
    key_kind,
    key
from keys
where key is not null
