with decisions as (

    select * from {{ ref('int_decisions_numbered') }}

),

clustered as (

    select * from {{ ref('int_identities_clustered') }}

),

placed as (

    select
        decisions.*,
        a.cluster_id as cluster_id_a,
        b.cluster_id as cluster_id_b
    from decisions
    left join clustered as a
        on decisions.contact_id_a = a.contact_id
    left join clustered as b
        on decisions.contact_id_b = b.contact_id

),

-- Who decided the other way: a decision of the other kind that touches one of the two people.
opposed as (

    select
        placed.contact_id_a,
        placed.contact_id_b,
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
    group by placed.contact_id_a, placed.contact_id_b, placed.decision

)

select
    placed.decision,
    placed.contact_id_a,
    placed.contact_id_b,
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
        placed.contact_id_a = opposed.contact_id_a
        and placed.contact_id_b = opposed.contact_id_b
        and placed.decision = opposed.decision
