{{ config(materialized='incremental', incremental_strategy='of_rescored_pairs', unique_key=['number_a', 'number_b']) }}
{#- Any record can have a wrong field, so no pair says more against two groups than `most_against`; but where a personal
    field says as much as `contradiction` by itself, as clean data learn it, two records are two people's, whatever else
    they share. -#}
{%- set most_against, contradiction, two_people = -6, -5, -12 -%}
with weighed as (

    select
        compared.number_a,
        compared.number_b,
        compared.pattern,
        {%- for field in personal_fields() + shared_fields() %}
        compared.{{ field }}_rarity,
        {%- endfor %}
        weighed.against,
        weighed.veto,
        {{ pair_bits() }}
    from {{ ref('int_pairs_compared') }} as compared
    inner join {{ ref('int_match_weights') }} as weighed
        on compared.pattern = weighed.pattern
    where compared.is_candidate

),

scored as (

    select
        *,
        cast(person_bits + {{ beside_households('household_bits') }} as float) as score
    from weighed

)

select
    number_a,
    number_b,
    pattern,
    {%- for field in personal_fields() + shared_fields() %}
    {{ field }}_rarity,
    {%- endfor %}
    cast(
        case
            when veto is not null then least(greatest(score, {{ most_against }}), veto)
            when score < -1 and against < {{ contradiction }} then {{ two_people }}
            else greatest(score, {{ most_against }})
        end as float
    ) as score,
    cast(
        case
            when veto is not null then least(greatest(score, {{ most_against }}), veto)
            when score >= 0 then score
            when score < -1 and against < {{ contradiction }} then {{ two_people }}
            when household_bits > 0 then greatest(score, {{ most_against }})
            else greatest(least(score - (
                select weights.bits from {{ ref('int_model_parameters') }} as weights
                where weights.class = 'person' and weights.field = 'before any field'
            ), 0), {{ most_against }})
        end as float
    ) as between_groups
from scored
-- What is less likely than one in a million plays no part, but for what keeps a household's people apart.
where
    score > -20
    or household_bits > 0
