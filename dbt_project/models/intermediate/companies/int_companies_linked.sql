with companies as (

    select * from {{ ref('int_companies_keyed') }}

),

links as (

    select
        number_a,
        number_b,
        rule,
        evidence,
        rank
    from {{ ref('int_companies_ruled') }}
    where rank > 0
    union all
    select
        least(loser.record_number, winner.record_number) as number_a,
        greatest(loser.record_number, winner.record_number) as number_b,
        'source merge' as rule,
        'merged in ' || loser.source as evidence,
        1 as rank
    from companies as loser
    inner join companies as winner
        on
            loser.merged_into = winner.company_id
            and loser.company_id <> winner.company_id
    union all
    select
        least(number_a, number_b) as number_a,
        greatest(number_a, number_b) as number_b,
        'decision' as rule,
        'decided by ' || author || ' on ' || cast(decided_on as string) || ': ' || reason as evidence,
        0 as rank
    from {{ ref('int_company_decisions_numbered') }}
    where
        decision = 'must-link'
        and is_known

)

select * from links
qualify row_number() over (partition by number_a, number_b order by rank nulls last, evidence nulls last) = 1
