{{ config(materialized='incremental', incremental_strategy='of_regrouped', unique_key='contact_id') }}
{#- In the order of record_linkage/fields.py; null where a field's values have no rarity. -#}
{%- set rarities = [
    'first_name', 'last_name', 'birth_date', 'email', 'phone', 'street', 'place', 'company', 'job',
    none, none, 'person_number', none, none, none, none
] -%}
with explained as (

    select
        reasons.contact_id,
        linked.number_a,
        linked.number_b,
        linked.needed,
        scored.score
    from {{ ref('int_links_explained') }} as reasons
    inner join {{ ref('int_clusters_affected') }} as regrouped
        on reasons.contact_id = regrouped.contact_id
    inner join {{ ref('int_links') }} as linked
        on
            least(reasons.contact_id, reasons.linked_contact_id) = linked.contact_id_a
            and greatest(reasons.contact_id, reasons.linked_contact_id) = linked.contact_id_b
    inner join {{ ref('int_pairs_scored') }} as scored
        on
            least(linked.number_a, linked.number_b) = scored.number_a
            and greatest(linked.number_a, linked.number_b) = scored.number_b

),

pairs as (

    select distinct
        true as is_candidate,
        least(number_a, number_b) as number_a,
        greatest(number_a, number_b) as number_b
    from explained

),

{{ pairs_compared('pairs') }},

summed as (

    select
        *,
        {{ shared_rarity() }} as shared_rarity
    from compared

),

weighed as (

    select
        compared.*,
        weighed.field_words,
        weighed.field_bits,
        weighed.prior,
        {{ pair_bits() }}
    from summed as compared
    inner join {{ ref('int_match_weights') }} as weighed
        on compared.pattern = weighed.pattern

),

explained_pairs as (

    select
        explained.contact_id,
        explained.score,
        explained.needed,
        weighed.*,
        {{ beside_households('weighed.household_bits') }} as household_step
    from explained
    inner join weighed
        on
            least(explained.number_a, explained.number_b) = weighed.number_a
            and greatest(explained.number_a, explained.number_b) = weighed.number_b

)

select
    contact_id,
    score as match_weight,
    needed as match_threshold,
    concat_ws(
        ' | ',
        'how few pairs are one person: ' || {{ as_bits('prior') }},
        {%- for field in rarities %}
        nullif(split_part(field_words, '|', {{ loop.index }}), '') || ': '
        || {{ as_bits("cast(split_part(field_bits, '|', " ~ loop.index ~ ") as double)" ~ (' + ' ~ field ~ '_rarity' if field else '')) }},
        {%- endfor %}
        case
            when household_step < -0.005
                then 'two people of one household may be meant: ' || {{ as_bits('household_step') }}
        end,
        case
            when abs(score - person_bits - household_step) >= 0.005
                then 'more than one pair may say: ' || {{ as_bits('score - person_bits - household_step') }}
        end
    ) as match_weight_steps
from explained_pairs
