-- Names go together with countries: how much more often a first and a last name meet than if they did not.
with records as (

    select
        country_code,
        first_name,
        last_name
    from {{ ref('int_comparison_fields') }}
    where
        country_code is not null
        and first_name is not null
        and last_name is not null

),

-- Of the names that are read in this run: the others have been told already.
full_names as (

    select distinct
        worded.first_name,
        worded.last_name
    from {{ ref('int_comparison_fields') }} as worded
    inner join {{ ref('int_contacts_changed') }} as contacts
        on worded.record_number = contacts.record_number
    where
        worded.country_code is not null
        and worded.first_name is not null
        and worded.last_name is not null

),

firsts as (

    select
        country_code,
        first_name,
        count(*) as count_here,
        sum(count(*)) over (partition by first_name) as count_of_records
    from records
    where first_name in (select full_names.first_name from full_names)
    group by country_code, first_name

),

lasts as (

    select
        country_code,
        last_name,
        count(*) as count_here,
        sum(count(*)) over (partition by last_name) as count_of_records
    from records
    where last_name in (select full_names.last_name from full_names)
    group by country_code, last_name

),

countries as (

    select
        country_code,
        count(*) as count_here,
        sum(count(*)) over () as count_of_records
    from records
    group by country_code

)

select
    full_names.first_name,
    full_names.last_name,
    log2(
        sum(firsts.count_here * lasts.count_here / countries.count_here)
        * max(countries.count_of_records)
        / max(firsts.count_of_records)
        / max(lasts.count_of_records)
    ) as name_pmi
from full_names
inner join firsts
    on full_names.first_name = firsts.first_name
inner join lasts
    on
        full_names.last_name = lasts.last_name
        and firsts.country_code = lasts.country_code
inner join countries
    on firsts.country_code = countries.country_code
group by full_names.first_name, full_names.last_name
