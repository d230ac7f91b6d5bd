with keyed as (

    select * from {{ ref('int_match_keys_shared') }}

),

pairs as (

    select
        a.contact_id as contact_id_a,
        b.contact_id as contact_id_b,
        a.key_kind,
        a.key,
        a.contact_id = a.first_contact_id as is_with_first,
        {{ first_names_agree('a.first_key', 'b.first_key') }}
        or {{ first_names_agree('a.full_first_key', 'b.full_first_key') }} as first_agrees,
        {{ keys_agree('a.last_key', 'b.last_key') }}
        -- A lone name may stand in either place.
        or coalesce(a.first_key is null and {{ keys_agree('a.last_key', 'b.first_key') }}, false)
        or coalesce(b.first_key is null and {{ keys_agree('a.first_key', 'b.last_key') }}, false) as last_agrees,
        coalesce(
            {{ first_names_agree('a.full_first_key', 'b.full_last_key') }}
            and {{ first_names_agree('a.full_last_key', 'b.full_first_key') }},
            false
        ) as is_swapped
    from keyed as a
    inner join keyed as b
        on
            a.key_kind = b.key_kind
            and a.key = b.key
            and a.contact_id < b.contact_id

)

select
    contact_id_a,
    contact_id_b,
    key_kind,
    key,
    is_with_first,
    case
        when is_swapped or (first_agrees and last_agrees) then 'both names agree'
        when first_agrees and last_agrees is null then 'first names agree'
        when last_agrees and first_agrees is null then 'last names agree'
        when first_agrees and not last_agrees then 'only first names agree'
        when first_agrees is null and last_agrees is null then 'a name is missing'
        else 'names differ'
    end as agreement
from pairs
