-- One row per stay of a deal in a standard stage, up to as_of, in the order in which they came: entries in a row into
-- the same stage are one stay. An open deal of which no stage is known stands in the stage 'unknown'.
with

deals as (

    select * from {{ ref('int_deals_valued') }}

),

entries as (

    select
        *,
        lag(stage) over (
            partition by deal_id
            order by entered_at nulls last, stage_position nulls last, stage nulls last, deal_stage_id nulls last
        ) as stage_before
    from {{ ref('int_deals_entered') }}

),

visits as (

    select
        entries.deal_id,
        entries.stage,
        entries.stage_position,
        entries.entered_at,
        cast(row_number() over stays as bigint) as visit_number,
        lead(entries.stage) over stays is null as is_last,
        coalesce(lead(entries.entered_at) over stays, deals.closed_at) as left_at
    from entries
    inner join deals
        on entries.deal_id = deals.deal_id
    where entries.stage_before is distinct from entries.stage
    window stays as (
        partition by entries.deal_id
        order by entries.entered_at nulls last, entries.stage_position nulls last, entries.stage nulls last
    )

)

select * from visits
union all
select
    deals.deal_id,
    'unknown' as stage,
    cast(null as bigint) as stage_position,
    cast(null as timestamp) as entered_at,
    1 as visit_number,
    true as is_last,
    cast(null as timestamp) as left_at
from deals
left join visits
    on deals.deal_id = visits.deal_id
where
    deals.outcome = 'open'
    and visits.deal_id is null
