-- One row per customer: the golden record, and the source that each part of it came from.
with

customers as (

    select
        survived.*,
        employed.account_id,
        housed.household_id,
        coalesce(
            survived.full_name,
            nullif(trim(coalesce(survived.first_name, '') || ' ' || coalesce(survived.last_name, '')), '')
        ) as known_name
    from {{ ref('int_customers_survived') }} as survived
    left join {{ ref('int_customers_employed') }} as employed
        on survived.customer_id = employed.customer_id
    left join {{ ref('int_customers_housed') }} as housed
        on survived.customer_id = housed.customer_id

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
    email_consent,
    sms_consent,
    phone_consent,
    count_of_records,
    count_of_sources,
    created_at,
    updated_at
from customers
