{#-
    What people decided of two records, for persons and for companies. `decisions` is the reviewed file, `records` has a row a
    record with its number, `clustered` its cluster; `record` is the name of the column with the record's id.
-#}

{#- One row per decision, with the numbers of its records. -#}
{% macro decisions_numbered(decisions, records, record) -%}
select
    decisions.*,
    a.record_number as number_a,
    b.record_number as number_b,
    coalesce(a.record_number <> b.record_number, false) as is_known
from {{ decisions }} as decisions
left join {{ records }} as a
    on decisions.{{ record }}_a = a.{{ record }}
left join {{ records }} as b
    on decisions.{{ record }}_b = b.{{ record }}
{%- endmacro %}

{#- One row per decision: what became of it. -#}
{% macro decisions_checked(numbered, clustered, record) -%}
{%- set a, b = record ~ '_a', record ~ '_b' -%}
with decisions as (

    select * from {{ numbered }}

),

clustered as (

    select * from {{ clustered }}

),

placed as (

    select
        decisions.*,
        a.cluster_id as cluster_id_a,
        b.cluster_id as cluster_id_b
    from decisions
    left join clustered as a
        on decisions.{{ a }} = a.{{ record }}
    left join clustered as b
        on decisions.{{ b }} = b.{{ record }}

),

-- Who decided the other way: a decision of the other kind that touches one of the two.
opposed as (

    select
        placed.{{ a }},
        placed.{{ b }},
        placed.decision,
        min(others.author) as opposed_by
    from placed
    inner join placed as others
        on
            placed.decision <> others.decision
            and (
                others.cluster_id_a in (placed.cluster_id_a, placed.cluster_id_b)
                or others.cluster_id_b in (placed.cluster_id_a, placed.cluster_id_b)
            )
    group by placed.{{ a }}, placed.{{ b }}, placed.decision

)

select
    placed.decision,
    placed.{{ a }},
    placed.{{ b }},
    placed.author,
    placed.decided_on,
    placed.reason,
    opposed.opposed_by,
    case
        when not placed.is_known then 'a record is not known'
        when (placed.decision = 'must-link') = (placed.cluster_id_a = placed.cluster_id_b) then 'honoured'
        else 'overruled by a cannot-link'
    end as outcome
from placed
left join opposed
    on
        placed.{{ a }} = opposed.{{ a }}
        and placed.{{ b }} = opposed.{{ b }}
        and placed.decision = opposed.decision
{%- endmacro %}

{#- The pairs that a person has decided on, either way: they are asked about no more. -#}
{% macro pairs_decided(numbered) -%}
select
    least(number_a, number_b) as number_a,
    greatest(number_a, number_b) as number_b
from {{ numbered }}
where is_known
{%- endmacro %}
