with compared as (

    select
        *,
        case key_kind
            when 'e-mail' then agreement <> 'names differ'
            when 'phone' then agreement in ('both names agree', 'first names agree', 'last names agree')
            else agreement = 'both names agree'
        end as is_agreed
    from {{ ref('int_match_keys_compared') }}

),

judged as (

    select
        *,
        bool_and(is_agreed) over (partition by key_kind, key) as is_one_person
    from compared

)

select
    contact_id_a,
    contact_id_b,
    'same ' || key_kind as rule,
    'same ' || key_kind || ', ' || agreement as evidence,
    case key_kind when 'e-mail' then 3 when 'phone' then 4 when 'phone ending' then 5 else 6 end as rank,
    -- Nobody with another name has the key.
    agreement <> 'both names agree' as is_sole_holder
from judged
where
    (is_one_person and is_with_first)
    or (not is_one_person and agreement = 'both names agree')
