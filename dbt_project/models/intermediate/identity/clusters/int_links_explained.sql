{{ config(materialized='incremental', incremental_strategy='of_regrouped', unique_key='contact_id') }}
-- Links lead nowhere but to records that were grouped with these.
with resolved as (

    select
        assigned.contact_id,
        assigned.customer_id
    from {{ ref('int_customer_ids_assigned') }} as assigned
    inner join {{ ref('int_clusters_affected') }} as regrouped
        on assigned.contact_id = regrouped.contact_id

),

-- A link that the guard refused, or that was joined to another customer, explains nothing.
links as (

    select linked.*
    from {{ ref('int_links') }} as linked
    inner join resolved as a
        on linked.contact_id_a = a.contact_id
    inner join resolved as b
        on
            linked.contact_id_b = b.contact_id
            and a.customer_id = b.customer_id

),

ends as (

    {%- for here, there in [('a', 'b'), ('b', 'a')] %}
    select
        contact_id_{{ here }} as contact_id,
        contact_id_{{ there }} as linked_contact_id,
        number_a,
        number_b,
        rule,
        evidence,
        needed
    from links
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

reasons as (

    select * from ends
    qualify row_number() over (
        partition by contact_id
        order by
            case rule
                when 'decision' then 0 when 'source merge' then 1 when 'alike' then 3 when 'held' then 4 else 2
            end nulls last,
            linked_contact_id nulls last,
            rule nulls last
    ) = 1

),

compared as (

    select
        reasons.*,
        scored.* {{ without('number_a, number_b') }},
        {{ shared_rarity() }} as shared_rarity
    from reasons
    left join {{ ref('int_pairs_scored') }} as scored
        on
            least(reasons.number_a, reasons.number_b) = scored.number_a
            and greatest(reasons.number_a, reasons.number_b) = scored.number_b

),

weighed as (

    select
        compared.*,
        weighed.field_words,
        weighed.field_bits,
        weighed.prior_bits,
        {{ pair_bits() }}
    from compared
    left join {{ ref('int_match_weights') }} as weighed
        on compared.pattern = weighed.pattern

),

judged as (

    select
        *,
        {{ beside_households('household_bits') }} as household_step
    from weighed

)

select
    contact_id,
    linked_contact_id,
    rule,
    evidence,
    score as match_weight,
    case when score is not null then needed end as match_threshold,
    case when score is not null then {{ match_weight_steps() }} end as match_weight_steps
from judged
