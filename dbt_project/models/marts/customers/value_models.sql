-- One row per value model: its parameters, or the reason why there are none.
with

fitted as (

    select * from {{ ref('int_value_fitted') }}

)

select
    model,
    reason is null as is_fitted,
    reason,
    count_of_customers,
    log_likelihood,
    r,
    alpha,
    a,
    b,
    p,
    q,
    v,
    {{ as_of_date() }} as as_of_date
from fitted
