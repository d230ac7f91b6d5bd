-- A day on which a system took in a good part of its records was a load: its records say nothing of when people came.
with contacts as (

    select
        contact_id,
        source,
        created_at,
        cast(created_at as date) as created_date
    from {{ ref('int_contacts_unioned') }}
    where
        created_at is not null
        and not {{ is_future('created_at') }}

),

days as (

    select
        source,
        created_date,
        count(*) as count_of_records,
        sum(count(*)) over (partition by source) as count_of_all
    from contacts
    group by source, created_date

)

select
    contacts.contact_id,
    contacts.created_at as entered_at
from contacts
inner join {{ ref('int_contacts_changed') }} as contacts_read
    on contacts.contact_id = contacts_read.contact_id
inner join days
    on
        contacts.source = days.source
        and contacts.created_date = days.created_date
where days.count_of_records <= greatest({{ var('max_records_per_key') }}, days.count_of_all / 20)
