-- One row per membership that the ledger holds and that has not ended: who is in which segment by the nights before.
with

remembered as (

    -- A past night that is run again knows nothing of the nights after it.
    select * from {{ source('ledger', 'segment_changes') }}
    where changed_on <= {{ as_of_date() }}

)

select entered.*
from remembered as entered
left join remembered as departed
    on
        entered.customer_id = departed.customer_id
        and entered.segment = departed.segment
        and entered.version = departed.entered_version
        and departed.change = 'left'
where
    entered.change = 'entered'
    and departed.customer_id is null
