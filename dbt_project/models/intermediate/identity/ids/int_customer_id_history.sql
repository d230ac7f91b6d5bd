-- What the ledger knows, and what this run adds to it.
with told as (

    select
        source,
        source_id,
        customer_id,
        assigned_at,
        version
    from {{ source('ledger', 'customer_ids') }}

),

last_told as (

    select * from told
    qualify row_number() over (
        partition by source, source_id
        order by version desc, assigned_at desc, customer_id nulls last
    ) = 1

),

this_run as (

    select
        assigned.source,
        assigned.source_id,
        assigned.customer_id,
        cast({{ as_of_date() }} as timestamp) as assigned_at,
        coalesce(last_told.version, 0) + 1 as version
    from {{ ref('int_customer_ids_assigned') }} as assigned
    left join last_told
        on
            assigned.source = last_told.source
            and assigned.source_id = last_told.source_id
    where
        assigned.customer_id is not null
        and (last_told.customer_id is null or assigned.customer_id <> last_told.customer_id)

),

periods as (

    select
        source,
        source_id,
        customer_id,
        assigned_at as valid_from,
        lead(assigned_at) over (
            partition by source, source_id
            order by version nulls last, customer_id nulls last
        ) as valid_to
    from (
        select * from told
        union all
        select * from this_run
    ) as changes

)

select
    source,
    source_id,
    customer_id,
    valid_from,
    valid_to,
    source || ':' || source_id as contact_id
from periods
-- What held for no time at all, for the night was run again, never held.
where coalesce(valid_to > valid_from, true)
