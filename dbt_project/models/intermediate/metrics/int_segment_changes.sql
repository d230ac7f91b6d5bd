-- One row per customer and segment that the customer enters or leaves in this run: this run's members against those
-- in the ledger, to which publishing writes the rows. Whoever stays in under a changed rule leaves and enters. Versions
-- that begin with w are of the rule's words; one from before that is the same rule if its words are the same.
{{ config(materialized='view') }}

{%- set same_rule = "(this_run.rule_version = held.rule_version"
    ~ " or held.rule_version not like 'w%' and this_run.rule = held.rule)" %}

with

remembered as (

    -- A past night that is run again knows nothing of the nights after it.
    select * from {{ source('ledger', 'segment_changes') }}
    where changed_on <= {{ as_of_date() }}

),

-- What the ledger holds and has not ended: who is in which segment by the nights before.
held as (

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

),

entering as (

    select this_run.*
    from {{ ref('customer_segments') }} as this_run
    left join held
        on
            this_run.customer_id = held.customer_id
            and this_run.segment = held.segment
            and {{ same_rule }}
    where held.customer_id is null

),

leaving as (

    select
        held.*,
        case
            when customers.customer_id is null then 'the customer is gone'
            when segments.segment is null then 'the segment was removed'
            when not segments.is_on then 'the segment was switched off'
            when segments.rule_version != held.rule_version then 'the rule changed'
            else 'the rule no longer holds'
        end as left_because
    from held
    left join {{ ref('customer_segments') }} as this_run
        on
            held.customer_id = this_run.customer_id
            and held.segment = this_run.segment
            and {{ same_rule }}
    left join {{ ref('segments') }} as segments
        on held.definition = segments.segment
    left join {{ ref('customers') }} as customers
        on held.customer_id = customers.customer_id
    where this_run.customer_id is null

),

numbered as (

    select coalesce(max(version), 0) + 1 as version from {{ source('ledger', 'segment_changes') }}

),

changes as (

    select
        customer_id,
        dimension,
        segment,
        definition,
        'entered' as change,
        rule,
        rule_version,
        value,
        cast(null as string) as because,
        cast(null as bigint) as entered_version
    from entering
    union all
    select
        customer_id,
        dimension,
        segment,
        definition,
        'left' as change,
        rule,
        rule_version,
        value,
        left_because as because,
        version as entered_version
    from leaving

)

select
    changes.*,
    {{ as_of_date() }} as changed_on,
    cast(numbered.version as bigint) as version
from changes
cross join numbered
