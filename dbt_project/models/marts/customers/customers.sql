-- One row per customer: the golden record, and the source that each part of it came from. Names stand in proper case,
-- the company by its resolved name, numbers as E.164, languages by their code.
with

consents as (

    select
        customer_id,
        bool_and(is_given) filter (where channel = 'email') as email_agreed,
        bool_and(is_given) filter (where channel = 'sms') as sms_agreed,
        bool_and(is_given) filter (where channel = 'phone') as phone_agreed
    from {{ ref('int_customers_consents') }}
    group by customer_id

),

numbers as (

    select
        customer_id,
        written,
        min(contact_point) as contact_point
    from {{ ref('int_contact_points_listed') }}
    where
        kind <> 'email'
        and is_valid
    group by customer_id, written

),

customers as (

    select
        survived.*,
        employed.account_id,
        housed.household_id,
        consents.email_agreed,
        consents.sms_agreed,
        consents.phone_agreed,
        companies.name as account_name,
        phones.contact_point as phone_number,
        mobiles.contact_point as mobile_number,
        coalesce(
            survived.full_name,
            nullif(trim(coalesce(survived.first_name, '') || ' ' || coalesce(survived.last_name, '')), '')
        ) as known_name
    from {{ ref('int_golden_records') }} as survived
    left join {{ ref('int_customer_companies') }} as employed
        on survived.customer_id = employed.customer_id
    left join {{ ref('int_household_members') }} as housed
        on survived.customer_id = housed.customer_id
    left join consents
        on survived.customer_id = consents.customer_id
    left join {{ ref('int_companies_survived') }} as companies
        on employed.account_id = companies.account_id
    left join numbers as phones
        on
            survived.customer_id = phones.customer_id
            and survived.phone = phones.written
    left join numbers as mobiles
        on
            survived.customer_id = mobiles.customer_id
            and survived.mobile_phone = mobiles.written

)

select
    customer_id,
    {{ displayed_name('known_name') }} as full_name,
    {{ displayed_name('first_name') }} as first_name,
    {{ displayed_name('last_name') }} as last_name,
    name_source,
    lower(trim(email)) as email,
    email_source,
    coalesce(phone_number, phone) as phone,
    phone_source,
    coalesce(mobile_number, mobile_phone) as mobile_phone,
    mobile_phone_source,
    coalesce(account_name, company_name) as company_name,
    company_id,
    company_source,
    {%- for column in [
        'account_id', 'job_title', 'job_title_source', 'street', 'city', 'region', 'postal_code', 'address_source',
        'household_id', 'country', 'country_source', 'birth_date', 'birth_date_source', 'gender', 'gender_source'
    ] %}
    {{ column }},
    {%- endfor %}
    {{ language_code('language') }} as language,
    {%- for column in [
        'language_source', 'linkedin_url', 'twitter_handle', 'interests', 'interests_source', 'lead_source',
        'lead_direction', 'lead_status', 'rejection_reason', 'lead_status_source', 'lifecycle_stage',
        'lifecycle_stage_source', 'owner_id', 'owner_source'
    ] %}
    {{ column }},
    {%- endfor %}
    email_agreed as email_consent,
    sms_agreed as sms_consent,
    phone_agreed as phone_consent,
    count_of_records,
    count_of_sources,
    created_at,
    updated_at
from customers
