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

-- Who was not grouped in this run is whose the ledger says.
regrouped as (

    select
        assigned.source,
        assigned.source_id,
        assigned.customer_id
    from {{ ref('int_customer_ids_assigned') }} as assigned
    inner join {{ ref('int_clusters_affected') }} as affected
        on assigned.contact_id = affected.contact_id
    where assigned.customer_id is not null

),

last_told as (

    select told.*
    from told
    inner join regrouped
        on
            told.source = regrouped.source
            and told.source_id = regrouped.source_id
    qualify row_number() over (
        partition by told.source, told.source_id
        order by told.version desc, told.assigned_at desc, told.customer_id nulls last
    ) = 1

),

this_run as (

    select
        regrouped.source,
        regrouped.source_id,
        regrouped.customer_id,
        cast({{ as_of_date() }} as timestamp) as assigned_at,
        coalesce(last_told.version, 0) + 1 as version
    from regrouped
    left join last_told
        on
            regrouped.source = last_told.source
            and regrouped.source_id = last_told.source_id
    where last_told.customer_id is null or regrouped.customer_id <> last_told.customer_id

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
