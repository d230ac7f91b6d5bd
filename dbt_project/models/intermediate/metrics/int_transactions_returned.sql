-- One row per transaction: the most that any one system tells of what went back of it, in refunds and in lost disputes,
-- each with tax and shipping, in the base currency. What two systems tell is one refund; what one tells of several
-- records is summed.
with

systems as (

    select
        matched.transaction_id,
        told.source,
        told.kind,
        sum(told.disputed_revenue) as disputed_revenue,
        sum(told.repaid_revenue) as repaid_revenue
    from {{ ref('int_transactions_told') }} as told
    inner join {{ ref('int_transactions_matched') }} as matched
        on told.telling_id = matched.telling_id
    group by matched.transaction_id, told.source, told.kind

)

select
    transaction_id,
    cast(max(disputed_revenue) as decimal(18, 4)) as disputed_revenue,
    cast(max(repaid_revenue) as decimal(18, 4)) as repaid_revenue
from systems
group by transaction_id
