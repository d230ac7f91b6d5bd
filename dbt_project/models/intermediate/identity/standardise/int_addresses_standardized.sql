with contacts as (

    select
        contact_id,
        lower(coalesce(
            country,
            nullif(split_part(replace(language, '_', '-'), '-', 2), ''),
            {{ quoted(var('default_country')) if var('default_country') else 'null' }}
        )) as country_name
    from {{ ref('int_contacts_changed') }}

),

countries as (

    {{ countries_by_name() }}

)

select
    contacts.contact_id,
    countries.country_code
from contacts
inner join countries
    on contacts.country_name = countries.country_name
