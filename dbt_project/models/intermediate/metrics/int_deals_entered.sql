-- One row per time that a deal came into a stage, up to as_of, by its standard name; ends (won, lost) are no stages.
-- The stage in which a deal stands now is told without a time; of a won deal, and of one that closes later, it is the
-- end. A name means the standard stage of the longest pattern of seed standard_stages whose letters fit its own
-- ('closed_won', 'ClosedWon' and 'Closed - won' are one); one that none fits stays as it is.
{{ config(materialized='view') }}
{% set letters = '[^\\p{L}%]' %}

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
    where
        outcome != 'won'
        and not is_closed_later

),

patterns as (

    select
        *,
        {{ replace_all('lower(pattern)', letters, '') }} as letters
    from {{ ref('standard_stages') }}

),

names as (

    select distinct stage_label from entries
    where stage_label is not null

),

stages as (

    select
        names.stage_label,
        patterns.position as stage_position,
        coalesce(patterns.standard_stage, lower(trim(names.stage_label))) as standard_stage
    from names
    left join patterns
        on {{ replace_all('lower(names.stage_label)', letters, '') }} like patterns.letters
    qualify row_number() over (
        partition by names.stage_label
        order by length(patterns.pattern) desc nulls last, patterns.pattern nulls last
    ) = 1

)

select
    entries.deal_id,
    entries.entered_at,
    entries.deal_stage_id,
    stages.stage_position,
    coalesce(stages.standard_stage, 'unknown') as stage
from entries
left join stages
    on entries.stage_label = stages.stage_label
where coalesce(stages.standard_stage, 'unknown') not in ('won', 'lost')
