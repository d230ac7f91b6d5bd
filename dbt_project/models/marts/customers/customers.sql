-- One row per customer: the golden record, and the source that each part of it came from.
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

customers as (

    select
        survived.*,
        employed.account_id,
        housed.household_id,
        consents.email_agreed,
        consents.sms_agreed,
        consents.phone_agreed,
        coalesce(survived.full_name, {{ filled("concat_ws(' ', survived.first_name, survived.last_name)") }})
            as known_name
    from {{ ref('int_customers_survived') }} as survived
    left join {{ ref('int_customers_employed') }} as employed
        on survived.customer_id = employed.customer_id
    left join {{ ref('int_customers_housed') }} as housed
        on survived.customer_id = housed.customer_id
    left join consents
        on survived.customer_id = consents.customer_id

)

select
    customer_id,
    known_name as full_name,
    first_name,
    last_name,
    name_source,
    email,
    email_source,
    phone,
    phone_source,
    mobile_phone,
    mobile_phone_source,
    company_name,
    company_id,
    company_source,
    account_id,
    job_title,
    job_title_source,
    street,
    city,
    region,
    postal_code,
    address_source,
    household_id,
    country,
    country_source,
    birth_date,
    birth_date_source,
    gender,
    gender_source,
    language,
    language_source,
    linkedin_url,
    twitter_handle,
    interests,
    interests_source,
    lead_source,
    lead_direction,
    lead_status,
    rejection_reason,
    lead_status_source,
    lifecycle_stage,
    lifecycle_stage_source,
    owner_id,
    owner_source,
    email_agreed as email_consent,
    sms_agreed as sms_consent,
    phone_agreed as phone_consent,
    count_of_records,
    count_of_sources,
    created_at,
    updated_at
from customers
