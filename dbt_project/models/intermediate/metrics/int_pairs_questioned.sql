-- One row per pair of records of which it is open whether they are one: doubtful pairs, and one of each customer whose
-- records contradict each other.
{{ config(materialized='view') }}
with

contradicted as (

    select
        contact_id_a,
        contact_id_b,
        {{ joined_in_order("'two ' || field", ', ', 'field') }} as contradictions
    from {{ ref('int_customers_contradicted') }}
    group by contact_id_a, contact_id_b

),

doubted as (

    select * from {{ ref('int_review_candidates') }}

)

select
    doubted.probability,
    doubted.agreement,
    coalesce(doubted.contact_id_a, contradicted.contact_id_a) as contact_id_a,
    coalesce(doubted.contact_id_b, contradicted.contact_id_b) as contact_id_b,
    coalesce(doubted.is_one_customer, true) as is_one_customer,
    coalesce(
        contradicted.contradictions,
        case when doubted.is_one_customer then 'weak evidence' else 'may be missed' end
    ) as asked_because,
    -- What contradicts itself is as likely wrong as right, where its score does not say worse.
    greatest(doubted.doubt, case when contradicted.contact_id_a is not null then 0.5 end) as doubt
from doubted
full join contradicted
    on
        doubted.contact_id_a = contradicted.contact_id_a
        and doubted.contact_id_b = contradicted.contact_id_b
