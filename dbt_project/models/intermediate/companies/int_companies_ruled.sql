-- The rules by which two records are one company, the surest first; rank 0 where none links them.
with ruled as (

    select
        *,
        case
            when domains = 'domains the same' and names = 'names the same' then 2
            when domains = 'domains the same' and names = 'names nearly the same' then 3
            when places = 'addresses the same' and names = 'names the same' then 4
            when domains = 'domains the same' and names = 'one name begins the other' then 5
            when is_phone_shared and names = 'names the same' then 7
            when domains = 'domains the same' and names = 'a name is missing' then 10
            when domains = 'domains differ' then 0
            when places = 'addresses the same' and names = 'names nearly the same' then 6
            when places = 'places differ' then 0
            when is_phone_shared and names = 'names nearly the same' then 8
            when is_name_shared and places = 'places the same' then 9
            when is_name_shared then 11
            else 0
        end as rank
    from {{ ref('int_companies_compared') }}

)

select
    number_a,
    number_b,
    rank,
    agreement as evidence,
    case
        when rank in (2, 3, 5, 10) then 'same domain'
        when rank in (4, 6) then 'same address'
        when rank in (7, 8) then 'same phone'
        when rank in (9, 11) then 'same name'
    end as rule,
    rank = 0 and 'differ' in (right(names, 6), right(domains, 6), right(places, 6)) as is_contradicted
from ruled
