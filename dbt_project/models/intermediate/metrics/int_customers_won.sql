-- One row per customer who was won: by the first purchase, and what tells of it.
select
    customer_id,
    min(purchased_at) as won_at,
    min_by(kind, purchased_at) filter (where kind is not null) as won_by
from {{ ref('int_purchases') }}
where
    is_sale
    and customer_id is not null
group by customer_id
