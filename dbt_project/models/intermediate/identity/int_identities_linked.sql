{#- Alike enough to link. If a system has several records with a name, the name alone does not tell which of them is
    meant: eight to one, then. A pair that is a little less alike stays together if it was one customer last night, and
    one that is hardly more alike stays apart if it was two: nobody moves for a trifle. -#}
{%- set is_alike = "scored.score >= case when scored.is_apart then 4 else 1 end"
    " and (right(scored.pattern, 1) not in ('0', '1', '2') or scored.score >= 3)" -%}
{{ config(materialized='incremental', incremental_strategy='of_near', unique_key=['number_a', 'number_b']) }}
with near as (

    select record_number from {{ ref('int_identities_near') }}

),

scored as (

    select * from {{ ref('int_pairs_scored') }}
    where
        number_a in (select near.record_number from near)
        or number_b in (select near.record_number from near)

),

identities as (

    select * from {{ ref('int_identities_unioned') }}

),

linked as (

    select * from {{ ref('int_identities_ruled') }}
    union all
    select * from {{ ref('int_identities_told') }}
    union all
    select
        least(a.contact_id, b.contact_id) as contact_id_a,
        greatest(a.contact_id, b.contact_id) as contact_id_b,
        case when {{ is_alike }} then 'alike' else 'held' end as rule,
        weighed.agreement as evidence,
        case when {{ is_alike }} then 9 else 10 end as rank
    from scored
    inner join {{ ref('int_pairs_weighed') }} as weighed
        on scored.pattern = weighed.pattern
    inner join identities as a
        on scored.number_a = a.record_number
    inner join identities as b
        on scored.number_b = b.record_number
    where ({{ is_alike }}) or (scored.is_held and scored.score >= -0.5)

),

strongest as (

    select *
    from linked
    qualify row_number() over (partition by contact_id_a, contact_id_b order by rank, rule, evidence) = 1

)

select
    strongest.contact_id_a,
    strongest.contact_id_b,
    strongest.rule,
    strongest.evidence,
    weighed.agreement,
    a.record_number as number_a,
    b.record_number as number_b,
    strongest.rank <= 1 as is_certain,
    coalesce(scored.is_held, false) as is_held,
    -- A rule stands for about one error in 250, whatever the score of the pair.
    case when strongest.rank >= 9 then scored.score else greatest(scored.score, 8) end as score
from strongest
inner join identities as a
    on strongest.contact_id_a = a.contact_id
inner join identities as b
    on strongest.contact_id_b = b.contact_id
left join scored
    on
        least(a.record_number, b.record_number) = scored.number_a
        and greatest(a.record_number, b.record_number) = scored.number_b
left join {{ ref('int_pairs_weighed') }} as weighed
    on scored.pattern = weighed.pattern
where
    a.record_number in (select near.record_number from near)
    or b.record_number in (select near.record_number from near)
