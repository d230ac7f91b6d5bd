-- Neighbours in the order of the records' hashes are drawn blindly, the same every time, only to learn from: 200,000 at
-- most.
with drawable as (

    select
        described.record_number,
        max(described.record_number) over () as largest_number
    from {{ ref('int_contact_term_frequencies') }} as described
    inner join {{ ref('int_identity_run') }} as standing
        on standing.is_full_refresh

),

steps as (

    select {{ each() }}({{ series(1, 200) }}) as step

),

pairs as (

    select
        number_a,
        number_b,
        true as is_candidate
    from {{ ref('int_candidate_pairs') }}
    union all
    select
        drawable.record_number as number_a,
        1 + (drawable.record_number - 1 + steps.step) % drawable.largest_number as number_b,
        false as is_candidate
    from drawable
    cross join steps
    where
        steps.step * drawable.largest_number <= 200000
        and steps.step <= (drawable.largest_number - 1) / 2

),

{{ pairs_compared('pairs') }}

select * from compared
