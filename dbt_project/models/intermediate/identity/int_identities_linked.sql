with identities as (

    select * from {{ ref('int_identities_unioned') }}

),

compared as (

    select
        *,
        case key_kind
            when 'e-mail' then agreement <> 'names differ'
            when 'phone' then agreement in ('both names agree', 'first names agree', 'last names agree')
            else agreement = 'both names agree'
        end as is_agreed
    from {{ ref('int_identities_compared') }}

),

judged as (

    select
        *,
        bool_and(is_agreed) over (partition by key_kind, key) as is_one_person
    from compared

),

linked as (

    select
        contact_id_a,
        contact_id_b,
        'same ' || key_kind as rule,
        'same ' || key_kind || ', ' || agreement as evidence
    from judged
    where
        (is_one_person and is_with_first)
        or (not is_one_person and agreement = 'both names agree')
    union all
    select
        least(loser.contact_id, winner.contact_id) as contact_id_a,
        greatest(loser.contact_id, winner.contact_id) as contact_id_b,
        'source merge' as rule,
        'merged in ' || loser.source as evidence
    from identities as loser
    inner join identities as winner
        on
            loser.merged_into = winner.contact_id
            and loser.contact_id <> winner.contact_id

)

select *
from linked
qualify row_number() over (
    partition by contact_id_a, contact_id_b
    order by
        case rule
            when 'source merge' then 1
            when 'same e-mail' then 2
            when 'same phone' then 3
            when 'same phone ending' then 4
            when 'same address' then 5
            when 'same company' then 6
            else 7
        end
) = 1
