-- One row per customer, segment and interval in which the customer was in it under one version of its rule.
with

changes as (

    select
        customer_id,
        dimension,
        segment,
        change,
        changed_on,
        rule,
        rule_version,
        value,
        because,
        entered_version,
        version
    from {{ source('ledger', 'segment_changes') }}
    where changed_on <= {{ as_of_date() }}
    union all
    select
        customer_id,
        dimension,
        segment,
        change,
        changed_on,
        rule,
        rule_version,
        value,
        because,
        entered_version,
        version
    from {{ ref('int_segment_changes') }}

),

entered as (

    select * from changes
    where change = 'entered'

),

departed as (

    select * from changes
    where change = 'left'

)

select
    entered.customer_id,
    entered.dimension,
    entered.segment,
    entered.changed_on as valid_from,
    departed.changed_on as valid_to,
    entered.rule,
    entered.rule_version,
    entered.value,
    departed.because as left_because,
    departed.customer_id is null as is_current
from entered
left join departed
    on
        entered.customer_id = departed.customer_id
        and entered.segment = departed.segment
        and entered.version = departed.entered_version
-- What was entered and left on one day was corrected before the day was over.
where
    departed.changed_on is null
    or departed.changed_on > entered.changed_on
