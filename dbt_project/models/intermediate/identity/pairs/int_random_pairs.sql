-- Neighbours in the order of the records' hashes: drawn blindly, the same every time. Only to learn from.
with records as (

    select
        described.record_number,
        max(described.record_number) over () as largest_number
    from {{ ref('int_contact_term_frequencies') }} as described
    inner join {{ ref('int_identity_run') }} as standing
        on standing.is_full_refresh

),

steps as (

    select {{ each() }}({{ series(1, 200) }}) as step

)

select
    records.record_number as number_a,
    1 + (records.record_number - 1 + steps.step) % records.largest_number as number_b
from records
cross join steps
where
    steps.step * records.largest_number <= 200000
    and steps.step <= (records.largest_number - 1) / 2
