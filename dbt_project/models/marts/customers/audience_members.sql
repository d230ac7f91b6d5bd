-- One row per audience and customer who is in it and may be written to.
select
    audience,
    customer_id,
    channel,
    basis,
    address,
    full_name,
    because,
    as_of_date
from {{ ref('int_audiences_chosen') }}
where suppressed_because is null
