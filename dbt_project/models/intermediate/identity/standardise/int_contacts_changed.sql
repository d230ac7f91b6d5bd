with standing as (

    select * from {{ ref('int_identity_run') }}

),

noticed as (

    select
        noticed.contact_id,
        noticed.company_key,
        noticed.entered_at,
        noticed.content,
        standing.run_number,
        case when not standing.is_full_refresh then noticed.record_number end as record_number
    from {{ ref('int_contact_fingerprints') }} as noticed
    cross join standing
    where
        standing.is_full_refresh
        or noticed.is_changed

),

largest as (

    select coalesce(max(known.record_number), 0) as record_number
    from {{ ref('int_contact_fingerprints') }} as known
    inner join standing
        on not standing.is_full_refresh

),

numbered as (

    select
        contact_id,
        company_key,
        entered_at,
        content,
        run_number,
        -- In an order that says nothing of the record, so that neighbours are drawn blindly.
        coalesce(
            record_number,
            (select largest.record_number from largest)
            + row_number() over (
                partition by record_number is null
                order by md5(contact_id) nulls last, contact_id nulls last
            )
        ) as record_number
    from noticed

),

countries as (

    {{ countries_by_name() }}

)

select
    contacts.*,
    countries.country_code,
    numbered.record_number,
    numbered.company_key,
    numbered.entered_at,
    numbered.content,
    numbered.run_number
from {{ ref('int_contacts_unioned') }} as contacts
inner join numbered
    on contacts.contact_id = numbered.contact_id
left join countries
    on {{ country_named('contacts') }} = countries.country_name
