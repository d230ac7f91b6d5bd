-- A key that more companies share than hub_limit is a web host's or a word that all use: it links nobody.
with companies as (

    select * from {{ ref('int_companies_keyed') }}

),

keys as (

    select
        companies.*,
        'same domain' as rule,
        domain_key as key
    from companies
    where
        is_active
        and domain_key is not null
    union all
    select
        companies.*,
        'same name' as rule,
        name_key as key
    from companies
    where
        is_active
        and length(name_key) > 2

),

shared as (

    select * from keys
    qualify count(*) over (partition by rule, key) between 2 and {{ var('hub_limit') }}

),

pairs as (

    select
        a.record_number as number_a,
        b.record_number as number_b,
        a.rule,
        case
            when a.name_key = b.name_key then 'names the same'
            when {{ is_slip('a.name_key', 'b.name_key') }} then 'names nearly the same'
            when {{ one_begins_the_other('a.name_key', 'b.name_key') }} then 'one name begins the other'
            when a.name_key is null or b.name_key is null then 'a name is missing'
            else 'names differ'
        end as names,
        case
            when a.country_code <> b.country_code or a.city_key <> b.city_key then 'places differ'
            when a.country_code = b.country_code or a.city_key = b.city_key then 'places the same'
            else 'a place is missing'
        end as places,
        coalesce(a.domain_key <> b.domain_key, false) as has_other_domain
    from shared as a
    inner join shared as b
        on
            a.rule = b.rule
            and a.key = b.key
            and a.record_number < b.record_number

)

select
    number_a,
    number_b,
    rule,
    rule || ', ' || names || ', ' || places as evidence
from pairs
where
    case rule
        when 'same domain' then names <> 'names differ'
        else not has_other_domain and places <> 'places differ'
    end
union all
select
    least(loser.record_number, winner.record_number) as number_a,
    greatest(loser.record_number, winner.record_number) as number_b,
    'source merge' as rule,
    'merged in ' || loser.source as evidence
from companies as loser
inner join companies as winner
    on
        loser.merged_into = winner.company_id
        and loser.company_id <> winner.company_id
