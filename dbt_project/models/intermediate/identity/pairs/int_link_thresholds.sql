{{ config(materialized='incremental', incremental_strategy='of_nothing') }}
{#- One link in so many of a stratum may be expected to be wrong. A stratum in which even sure links are wrong more
    often still takes what is right in five cases of six, in eight of nine where all that speaks for it may be a name and
    a birth date; nothing takes less than two in three. But names alone, of which too few are alike to learn from, must be
    sure one by one. -#}
{%- set tolerated, most_needed, least_needed, needed_of_few, few = 0.01, 2.25, 1, 6.6, 30 -%}
{%- set most_needed_of_births = 3 -%}
with strata as (

    -- As crm360.record_linkage.fields names them.
    select {{ each() }}(split('number;birth date;contact;home;name', ';')) as stratum

),

steps as (

    select
        weighed.stratum,
        floor(scored.score * 4) / 4 as step,
        count(*) as count_of_pairs,
        sum(1 / (1 + power(2.0, scored.score))) as count_of_wrong
    from {{ ref('int_pairs_scored') }} as scored
    inner join {{ ref('int_match_weights') }} as weighed
        on scored.pattern = weighed.pattern
    inner join {{ ref('int_identity_run') }} as standing
        on standing.is_full_refresh
    where scored.score >= {{ least_needed }}
    group by weighed.stratum, floor(scored.score * 4) / 4

),

above as (

    select
        stratum,
        step,
        count_of_pairs,
        sum(count_of_wrong) over (partition by stratum order by step desc)
        / sum(count_of_pairs) over (partition by stratum order by step desc) as share_of_wrong
    from steps

),

learnt as (

    select
        stratum,
        min(step) filter (where share_of_wrong <= {{ tolerated }}) as step,
        sum(count_of_pairs) as count_of_pairs
    from above
    group by stratum

)

select
    strata.stratum,
    cast(
        case
            when strata.stratum = 'name' and coalesce(learnt.count_of_pairs, 0) < {{ few }} then {{ needed_of_few }}
            when strata.stratum = 'birth date'
                then least(coalesce(learnt.step, {{ most_needed_of_births }}), {{ most_needed_of_births }})
            else least(coalesce(learnt.step, {{ most_needed }}), {{ most_needed }})
        end as float
    ) as needed
from strata
inner join {{ ref('int_identity_run') }} as standing
    on standing.is_full_refresh
left join learnt
    on strata.stratum = learnt.stratum
