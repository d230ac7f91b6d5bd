-- One row per customer: who it is, what it bought, asked, read and negotiates, when it was last seen, what it is worth,
-- and the segments that it is in.
with

profiles as (

    select * from {{ ref('int_customers_profiled') }}

),

segments as (

    select
        customer_id,
        {{ joined_in_order('segment', ', ', 'segment') }} as segments
    from {{ ref('customer_segments') }}
    group by customer_id

)

select
    profiles.*,
    coalesce(segments.segments, '') as segments
from profiles
left join segments
    on profiles.customer_id = segments.customer_id
