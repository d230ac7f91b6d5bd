-- One row per person record of a customer and way to reach it: each e-mail address, and each telephone number, as E.164
-- where it is one. A national number is read by the country of its record, else of the customer, else of the project.
with

written as (

    {% for kind in ['mobile_phone', 'phone', 'work_phone', 'home_phone'] -%}
    select
        customer_id,
        contact_id,
        source,
        updated_at,
        '{{ 'mobile' if kind == 'mobile_phone' else 'phone' }}' as kind,
        {{ kind }} as written
    from {{ ref('int_records_ranked') }}
    where {{ kind }} is not null
    union all
    {% endfor -%}
    select
        customer_id,
        contact_id,
        source,
        updated_at,
        'email' as kind,
        {{ each() }}(split(lower(concat_ws(';', email, other_emails)), ';')) as written
    from {{ ref('int_records_ranked') }}
    where coalesce(email, other_emails) is not null

),

trimmed as (

    select
        * {{ without('written') }},
        trim(written) as written
    from written

),

parsed as (

    select distinct
        trimmed.*,
        case
            when trimmed.kind <> 'email'
                then crm360_phone_number(
                    trimmed.written,
                    coalesce(
                        identities.country_code,
                        customers.country,
                        '{{ var("default_country") or "" }}'
                    )
                )
        end as phone_key
    from trimmed
    left join {{ ref('int_contacts_standardized') }} as identities
        on trimmed.contact_id = identities.contact_id
    left join {{ ref('int_golden_records') }} as customers
        on trimmed.customer_id = customers.customer_id

)

select
    customer_id,
    contact_id,
    source,
    updated_at,
    kind,
    written,
    coalesce(phone_key, written) as contact_point,
    case
        when kind = 'email' then {{ matches('written', '^[^@\\s]+@[^@\\s]+\\.[^@\\s.]+$') }}
        else phone_key is not null
    end as is_valid,
    case when kind = 'email' then {{ is_role_address('written') }} else false end as is_shared
from parsed
where written <> ''
