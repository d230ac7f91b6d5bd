-- One row per customer and calendar year (UTC) up to as_of in which the customer purchased, had done so the year
-- before, or opened a ticket that was rated.
with

purchases as (

    select
        customer_id,
        cast(extract(year from booked_at) as bigint) as year,
        count(*) filter (where is_sale) as count_of_purchases,
        count(*) filter (where is_sale and is_told_by_order) as count_of_orders,
        sum(net_revenue) as net_revenue
    from {{ ref('int_revenue_booked') }}
    where
        customer_id is not null
        and booked_at is not null
    group by customer_id, cast(extract(year from booked_at) as bigint)

),

tickets as (

    select
        customer_id,
        cast(extract(year from created_at) as bigint) as year,
        count(*) filter (where satisfaction = 'satisfied') as satisfied,
        count(*) filter (where satisfaction = 'dissatisfied') as dissatisfied
    from {{ ref('int_tickets_measured') }}
    where
        customer_id is not null
        and satisfaction in ('satisfied', 'dissatisfied')
        and {{ up_to_as_of('created_at') }}
    group by customer_id, cast(extract(year from created_at) as bigint)

),

facts as (

    {% for told in ['purchases', 'purchases of the year before', 'tickets'] -%}
    select
        customer_id,
        {{ 'year + 1' if loop.index == 2 else 'year' }} as year,
        {{ 'count_of_purchases' if loop.index == 1 else 0 }} as count_of_purchases,
        {{ 'count_of_orders' if loop.index == 1 else 0 }} as count_of_orders,
        {{ 'net_revenue' if loop.index == 1 else 'null' }} as net_revenue,
        {{ 'count_of_purchases' if loop.index == 2 else 0 }} as count_of_purchases_year_before,
        {{ 'satisfied' if loop.index == 3 else 0 }} as satisfied,
        {{ 'dissatisfied' if loop.index == 3 else 0 }} as dissatisfied
    from {{ 'tickets' if loop.index == 3 else 'purchases' }}
    {%- if loop.index == 2 %}
    where year < extract(year from {{ as_of_date() }})
    {%- endif %}
    {%- if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}

)

select
    customer_id,
    year,
    cast(sum(count_of_purchases) as bigint) as count_of_purchases,
    cast(sum(count_of_orders) as bigint) as count_of_orders,
    cast(sum(net_revenue) as decimal(18, 4)) as net_revenue,
    cast(sum(count_of_purchases_year_before) as bigint) as count_of_purchases_year_before,
    cast(sum(satisfied) as bigint) as count_of_satisfied_tickets,
    cast(sum(dissatisfied) as bigint) as count_of_dissatisfied_tickets
from facts
group by customer_id, year
