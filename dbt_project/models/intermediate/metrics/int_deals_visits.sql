-- One row per stay of a deal in a standard stage, up to as_of, in the order in which they came; ends (won, lost) are no
-- stages. Entries in a row into the same stage are one stay. Where the source tells no history, the stage in which the
-- deal stands now is known and its time is not; of a won deal it is the end.
with

deals as (

    select
        *,
        coalesce(stage_label, stage) as known_label
    from {{ ref('int_deals_valued') }}

),

entries as (

    select
        history.deal_id,
        coalesce(history.stage_label, history.stage) as stage_label,
        history.entered_at,
        history.deal_stage_id
    from {{ ref('int_deal_stages_unioned') }} as history
    inner join deals
        on history.deal_id = deals.deal_id
    where
        not history.is_deleted
        and history.entered_at is not null
        and not {{ is_future('history.entered_at') }}
        and not (deals.outcome = 'won' and coalesce(history.stage_label, history.stage) = deals.known_label)
    union all
    select
        deal_id,
        known_label as stage_label,
        cast(null as timestamp) as entered_at,
        cast(null as string) as deal_stage_id
    from deals
    where outcome != 'won'

),

named as (

    select
        entries.deal_id,
        entries.entered_at,
        entries.deal_stage_id,
        stages.stage_position,
        coalesce(stages.standard_stage, 'unknown') as stage
    from entries
    left join {{ ref('int_stages_mapped') }} as stages
        on entries.stage_label = stages.stage_label
    where coalesce(stages.standard_stage, 'unknown') not in ('won', 'lost')

),

changed as (

    select
        *,
        lag(stage) over (
            partition by deal_id order by entered_at nulls last, stage_position, stage, deal_stage_id
        ) as stage_before
    from named

)

select
    changed.deal_id,
    changed.stage,
    changed.stage_position,
    changed.entered_at,
    row_number() over (
        partition by changed.deal_id order by changed.entered_at nulls last, changed.stage_position, changed.stage
    ) as visit_number,
    lead(changed.stage) over (
        partition by changed.deal_id order by changed.entered_at nulls last, changed.stage_position, changed.stage
    ) is null as is_last,
    coalesce(
        lead(changed.entered_at) over (
            partition by changed.deal_id order by changed.entered_at nulls last, changed.stage_position, changed.stage
        ),
        deals.closed_at
    ) as left_at
from changed
inner join deals
    on changed.deal_id = deals.deal_id
where changed.stage_before is distinct from changed.stage
