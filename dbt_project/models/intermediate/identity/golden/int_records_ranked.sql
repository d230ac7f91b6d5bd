{{ config(materialized='incremental', incremental_strategy='of_regrouped', unique_key='contact_id') }}
with contacts as (

    select
        *,
        {%- for field in ['full_name', 'email', 'phone', 'street', 'birth_date', 'company_name'] %}
        case when {{ field }} is null then 0 else 1 end {{ '+' if not loop.last }}
        {%- endfor %} as completeness
    from {{ ref('int_contacts_unioned') }}
    where
        not is_deleted
        and merged_into is null
        and contact_id in (select regrouped.contact_id from {{ ref('int_clusters_affected') }} as regrouped)

),

countries as (

    {{ countries_by_name() }}

)

select
    assigned.customer_id,
    contacts.* {{ without('country') }},
    coalesce(countries.country_code, contacts.country) as country,
    cast(
        row_number() over (
            partition by assigned.customer_id
            order by
                {{ source_rank('contacts.source') }} nulls last,
                contacts.source nulls last,
                contacts.updated_at desc nulls last,
                contacts.completeness desc,
                contacts.contact_id nulls last
        ) as bigint
    ) as preference
from contacts
inner join {{ ref('int_customer_ids_assigned') }} as assigned
    on contacts.contact_id = assigned.contact_id
left join countries
    on {{ country_key('contacts.country') }} = countries.country_name
