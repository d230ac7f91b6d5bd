{#- What a value's share is taken to be before any record is seen: as in a thousand records of a large population. -#}
{%- set usual_share = {
    'first_name': 0.003, 'last_name': 0.001, 'birth_date': 0.00005, 'email': 0.00001, 'phone': 0.00001,
    'street': 0.00005, 'postal_code': 0.0005, 'city': 0.005, 'company': 0.001, 'job': 0.005
} -%}
with contacts as (

    select
        contact_id,
        city,
        postal_code,
        street,
        company_name,
        job_title,
        gender,
        linkedin_url,
        twitter_handle
    from {{ ref('int_contacts_unioned') }}

),

nicknames as (

    {{ nicknames() }}

),

identities as (

    select
        *,
        {{ email_name('email_key', 1) }} as email_first,
        {{ email_name('email_key', 2) }} as email_last
    from {{ ref('int_identities_unioned') }}
    where is_active

),

described as (

    select
        identities.record_number,
        identities.contact_id,
        identities.source,
        {{ first_name_described() }} as first_name,
        {{ last_name_described() }} as last_name,
        identities.birth_date,
        replace(cast(identities.birth_date as string), '-', '') as birth_text,
        year(identities.birth_date) as birth_year,
        month(identities.birth_date) as birth_month,
        day(identities.birth_date) as birth_day,
        identities.email_key as email,
        split_part(identities.email_key, '@', 1) as email_local,
        {{ without_digits("split_part(identities.email_key, '@', 1)") }} as email_letters,
        identities.email_first as email_first_name,
        identities.email_last as email_last_name,
        split_part(identities.email_key, '@', 2) as email_domain,
        coalesce({{ last_digits('identities.mobile_phone_key') }}, identities.phone_ending) as phone,
        coalesce(identities.phone_ending, {{ last_digits('identities.phone_key') }}) as other_phone,
        {{ words_key('contacts.street') }} as street,
        {{ words_key('contacts.postal_code') }} as postal_code,
        {{ words_key('contacts.city') }} as city,
        coalesce(identities.company_key, {{ company_words('contacts.company_name') }}) as company,
        {{ words_key('contacts.job_title') }} as job,
        {{ gender_key('contacts.gender') }} as gender,
        nullif(lower(trim(coalesce(contacts.linkedin_url, contacts.twitter_handle))), '') as profile
    from identities
    inner join contacts
        on identities.contact_id = contacts.contact_id

)

select
    described.*,
    {%- for field, share in usual_share.items() %}
    cast(-log2(
        (count(*) over (partition by {{ 'described.' ~ field }}) + {{ 1000 * share }}) / (count(*) over () + 1000.0)
    ) as float) as {{ field }}_rarity,
    {%- endfor %}
    coalesce(nicknames.full_form, described.first_name) as full_first_name,
    count(*) over (
        partition by described.source, described.first_name, described.last_name
    ) as count_of_namesakes,
    count(*) over (partition by described.first_name, described.last_name) as count_of_all_namesakes
from described
left join nicknames
    on described.first_name = nicknames.nickname
