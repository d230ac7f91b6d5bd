-- One row per customer: who it is by the golden record, its country's code, its age and its next birthday on as_of.
with

dated as (

    select
        *,
        {{ as_of_date() }} as as_of_date
    from {{ ref('customers') }}

),

countries as (

    {{ countries_by_name() }}

),

known_to as (

    select distinct
        customer_id,
        split_part(contact_id, ':', 1) as source,
        {{ brand_of("split_part(contact_id, ':', 1)") }} as brand
    from {{ ref('int_contacts_resolved') }}

),

sources as (

    select
        customer_id,
        {{ joined_in_order('distinct source', ', ', 'source') }} as sources,
        {{ joined_in_order('distinct brand', ', ', 'brand') }} as brands
    from known_to
    group by customer_id

),

described as (

    select
        dated.customer_id,
        {%- for field in [
            'full_name', 'first_name', 'last_name', 'email', 'phone', 'mobile_phone', 'company_name', 'account_id',
            'job_title',
            'street', 'city', 'region', 'postal_code', 'country', 'birth_date', 'gender', 'language', 'interests',
            'lead_source', 'lead_direction', 'lead_status', 'rejection_reason', 'lifecycle_stage', 'owner_id',
            'email_consent', 'sms_consent', 'phone_consent', 'count_of_records', 'count_of_sources'
        ] %}
        dated.{{ field }},
        {%- endfor %}
        sources.sources,
        sources.brands,
        countries.country_code,
        lower(dated.lead_source) like '%referral%' as is_referred,
        cast(case
            when dated.birth_date <= dated.as_of_date
                then extract(year from dated.as_of_date) - extract(year from dated.birth_date) - case
                    when
                        extract(month from dated.as_of_date) * 100 + extract(day from dated.as_of_date)
                        < extract(month from dated.birth_date) * 100 + extract(day from dated.birth_date)
                        then 1
                    else 0
                end
        end as bigint) as age,
        {{ next_anniversary('dated.birth_date', 'dated.as_of_date') }} as next_birthday,
        dated.as_of_date
    from dated
    left join sources
        on dated.customer_id = sources.customer_id
    left join countries
        on {{ country_key('dated.country') }} = countries.country_name

)

select
    *,
    {{ dbt.datediff('as_of_date', 'next_birthday', 'day') }}
        as days_to_birthday
from described
