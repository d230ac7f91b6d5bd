with members as (

    select * from {{ ref('int_blocks_affected') }}

)

select distinct
    least(a.record_number, b.record_number) as number_a,
    greatest(a.record_number, b.record_number) as number_b
from members as a
inner join members as b
    on
        a.rule = b.rule
        and a.key = b.key
        and a.record_number <> b.record_number
where
    (a.is_read and (a.record_number < b.record_number or not b.is_read))
    or (a.is_rescored and b.is_rescored and not a.is_read and not b.is_read and a.record_number < b.record_number)
