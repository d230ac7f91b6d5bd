-- One row per line of a deal that still exists: what is offered in it, and in which state the deal is. Amounts in the
-- base currency are at the rate of the day on which the deal closed, or of as_of while it is open.
{% set rate = rate_of('lines.known_currency', 'rates.rate') %}

with

lines as (

    select
        lines.*,
        deals.customer_id,
        deals.account_id,
        deals.name as deal_name,
        deals.outcome,
        products.kind as product_kind,
        coalesce(lines.currency, deals.currency) as known_currency,
        coalesce(lines.description, products.name) as known_description,
        coalesce(lines.category, products.category) as known_category,
        cast(coalesce(deals.closed_at, cast({{ as_of_date() }} as timestamp)) as date) as rate_date
    from {{ ref('int_deal_lines_unioned') }} as lines
    inner join {{ ref('deals') }} as deals
        on lines.deal_id = deals.deal_id
    left join {{ ref('int_products_unioned') }} as products
        on lines.product_id = products.product_id
    where not lines.is_deleted

)

select
    lines.deal_line_id,
    lines.deal_id,
    lines.customer_id,
    lines.account_id,
    lines.source,
    {{ brand_of('lines.source') }} as brand,
    lines.source_id,
    lines.deal_name as name,
    lines.outcome,
    lines.product_id,
    lines.sku,
    lines.known_description as description,
    lines.known_category as category,
    lines.product_kind,
    lines.quantity,
    lines.unit_price,
    lines.discount_amount,
    lines.line_amount,
    lines.known_currency as currency,
    lines.billing_interval,
    case
        when lines.billing_interval is not null then coalesce(lines.billing_interval_count, 1)
    end as billing_interval_count,
    '{{ var("base_currency") }}' as base_currency,
    {{ rate }} as exchange_rate,
    cast(lines.line_amount * {{ rate }} as decimal(18, 4)) as line_value
from lines
left join {{ ref('int_exchange_rates_dated') }} as rates
    on
        lines.known_currency = rates.currency
        and lines.rate_date = rates.rate_date
