-- One row per customer with at least one purchase: recency, frequency and monetary value, scored 1 to 5 by quintile.
-- Equal customers have equal scores: the score is 1 plus the fifths of all customers that are strictly worse.
with

purchases as (

    select * from {{ ref('int_customers_purchases') }}

),

scored as (

    select
        *,
        cast(floor(5 * (rank() over (order by recency_days desc) - 1) / count(*) over ()) + 1 as bigint)
            as recency_score,
        cast(floor(5 * (rank() over (order by count_of_sales nulls last) - 1) / count(*) over ()) + 1 as bigint)
            as frequency_score,
        case
            when sales_revenue is not null
                then cast(
                    floor(
                        5 * (rank() over (order by sales_revenue nulls last) - 1)
                        / nullif(count(sales_revenue) over (), 0)
                    ) + 1 as bigint
                )
        end as monetary_score
    from purchases

)

select
    customer_id,
    recency_days,
    count_of_sales as frequency,
    sales_revenue as monetary_value,
    '{{ var("base_currency") }}' as currency,
    recency_score,
    frequency_score,
    monetary_score,
    cast(recency_score as string) || cast(frequency_score as string) || cast(monetary_score as string) as rfm_cell,
    case
        when recency_score = 5 and frequency_score >= 4 then 'champions'
        when recency_score >= 3 and frequency_score >= 4 then 'loyal customers'
        when recency_score >= 4 and frequency_score >= 2 then 'potential loyalists'
        when recency_score = 5 then 'new customers'
        when recency_score = 4 then 'promising'
        when recency_score = 3 and frequency_score = 3 then 'need attention'
        when recency_score = 3 then 'about to sleep'
        when frequency_score = 5 then 'cannot lose them'
        when frequency_score >= 3 then 'at risk'
        else 'hibernating'
    end as rfm_name,
    as_of_date
from scored
