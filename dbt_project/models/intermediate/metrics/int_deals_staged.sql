-- One row per deal and standard stage in which it ever stood, up to as_of. Onward is to a stage in which the deal had
-- not been before, or to being won: no order of stages is needed for it.
with

stays as (

    select
        *,
        {{ dbt.datediff('entered_at', 'left_at', 'hour') }}
            as hours
    from {{ ref('int_deals_visits') }}

),

visits as (

    select
        deal_id,
        stage,
        max(stage_position) as stage_position,
        min(entered_at) as entered_at,
        min(visit_number) as first_visit,
        bool_or(is_last) as is_last,
        bool_and(entered_at is not null) as is_dated,
        bool_and(entered_at is not null and left_at is not null) as is_measured,
        sum(greatest(hours, 0)) as hours
    from stays
    group by deal_id, stage

),

ranked as (

    select
        *,
        max(first_visit) over (partition by deal_id) as last_first_visit
    from visits

),

deals as (

    select * from {{ ref('int_deals_valued') }}

)

select
    deals.deal_id,
    deals.source,
    ranked.stage,
    ranked.stage_position,
    ranked.entered_at,
    ranked.is_dated,
    deals.outcome,
    deals.closed_on,
    deals.value_amount,
    deals.weighted_amount,
    coalesce(deals.pipeline, 'default') as pipeline,
    ranked.is_last and deals.outcome = 'open' as is_current,
    ranked.is_last and deals.outcome = 'lost' as is_lost_here,
    ranked.first_visit < ranked.last_first_visit or deals.outcome = 'won' as is_onward,
    case when ranked.is_measured then {{ quotient('ranked.hours', '24') }} end as days_in_stage
from ranked
inner join deals
    on ranked.deal_id = deals.deal_id
