-- One row per pair of records that is asked about: what a decision may move, in records and in money.
{{ config(materialized='view') }}
with

customers as (

    select
        customers.customer_id,
        customers.count_of_records,
        bought.sales_revenue as net_revenue,
        avg(bought.sales_revenue) over () as usual_revenue
    from {{ ref('int_golden_records') }} as customers
    left join {{ ref('int_customers_purchases') }} as bought
        on customers.customer_id = bought.customer_id

),

resolved as (

    select * from {{ ref('int_contacts_resolved') }}

),

ends as (

    {% for side in ['a', 'b'] -%}
    select
        pairs.contact_id_a,
        pairs.contact_id_b,
        resolved.customer_id
    from {{ ref('int_pairs_questioned') }} as pairs
    inner join resolved
        on pairs.contact_id_{{ side }} = resolved.contact_id
    {{ 'union' if not loop.last }}
    {% endfor %}
)

select
    ends.contact_id_a,
    ends.contact_id_b,
    cast(sum(customers.count_of_records) as bigint) as count_of_records,
    cast(sum(customers.net_revenue) as decimal(18, 4)) as net_revenue,
    sum(greatest(customers.net_revenue, 0) / nullif(customers.usual_revenue, 0)) as usual_customers
from ends
inner join customers
    on ends.customer_id = customers.customer_id
group by ends.contact_id_a, ends.contact_id_b
