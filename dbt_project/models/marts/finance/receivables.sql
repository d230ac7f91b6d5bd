-- One row per currency and age of what is owed to us as of as_of.
with

owed as (

    select
        *,
        case
            when due_at is null then 'no due date'
            when days_overdue is null then 'not due'
            when days_overdue <= 30 then '1 to 30 days'
            when days_overdue <= 60 then '31 to 60 days'
            when days_overdue <= 90 then '61 to 90 days'
            else 'over 90 days'
        end as age
    from {{ ref('invoices') }}
    where state in ('open', 'overdue')

)

select
    currency,
    age,
    count(*) as count_of_invoices,
    count(distinct customer_id) as count_of_customers,
    cast(sum(balance_amount) as decimal(18, 4)) as balance_amount,
    base_currency,
    cast(sum(balance_value) as decimal(18, 4)) as balance_value,
    min(due_at) as oldest_due_at,
    {{ as_of_date() }} as as_of_date
from owed
group by currency, age, base_currency
