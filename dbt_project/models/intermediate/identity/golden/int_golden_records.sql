{#- Fields that belong together win together, so that no customer is made of two people's halves. -#}
{%- set groups = {
    'name': ['full_name', 'first_name', 'last_name'],
    'email': ['email'],
    'phone': ['phone'],
    'mobile_phone': ['mobile_phone'],
    'company': ['company_name', 'company_id'],
    'job_title': ['job_title'],
    'address': ['street', 'city', 'region', 'postal_code'],
    'country': ['country'],
    'birth_date': ['birth_date'],
    'gender': ['gender'],
    'language': ['language'],
    'linkedin_url': ['linkedin_url'],
    'twitter_handle': ['twitter_handle'],
    'interests': ['interests'],
    'lead_origin': ['lead_source', 'lead_direction'],
    'lead_status': ['lead_status', 'rejection_reason'],
    'lifecycle_stage': ['lifecycle_stage'],
    'owner': ['owner_id']
} -%}
{#- A whole name before half of one, one in proper case before capitals; a country from a record with an address. -#}
{%- set whole = "coalesce(full_name, concat_ws(' ', first_name, last_name))" -%}
{%- set order_of = {
    'country': 'preference + case when coalesce(street, city) is null then 1000000 else 0 end',
    'name': "preference + case when trim(" ~ whole ~ ") like '% %' then 0 else 2000000 end"
        ~ " + case when " ~ whole ~ " in (upper(" ~ whole ~ "), lower(" ~ whole ~ ")) then 1000000 else 0 end"
} -%}
{{ config(materialized='incremental', incremental_strategy='of_customers', unique_key='customer_id') }}
with winners as (

    select
        customer_id,
        {%- for group, fields in groups.items() %}
        min_by({{ packed(fields + ['source']) }}, {{ order_of[group] or 'preference' }})
        filter (where coalesce({{ as_texts(fields) }}) is not null) as {{ group }}_won,
        {%- endfor %}
        -- A refusal anywhere is a refusal.
        bool_and(email_consent) as email_consent,
        bool_and(sms_consent) as sms_consent,
        bool_and(phone_consent) as phone_consent,
        min(created_at) as created_at,
        max(updated_at) as updated_at,
        count(*) as count_of_records,
        count(distinct source) as count_of_sources
    from {{ ref('int_records_ranked') }}
    where
        customer_id in (
            select ranked.customer_id
            from {{ ref('int_records_ranked') }} as ranked
            inner join {{ ref('int_clusters_affected') }} as regrouped
                on ranked.contact_id = regrouped.contact_id
        )
    group by customer_id

)

select
    customer_id,
    {%- for group, fields in groups.items() %}
    {%- for field in fields %}
    {{ group }}_won.{{ field }} as {{ field }},
    {%- endfor %}
    {{ group }}_won.source as {{ group }}_source,
    {%- endfor %}
    email_consent,
    sms_consent,
    phone_consent,
    created_at,
    updated_at,
    count_of_records,
    count_of_sources
from winners
