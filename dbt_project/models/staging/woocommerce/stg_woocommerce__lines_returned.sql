-- One row per WooCommerce line item: what of it was sold in the end, what was returned taken off. A refund's line
-- names the line that it takes back among its meta data.
{{ config(materialized='view') }}

with

lines as (

    select * from {{ ref('stg_woocommerce__order_lines') }}

),

unnested as (

    select
        source,
        {{ each() }}(refund_lines) as r
    from {{ ref('stg_woocommerce__refunds') }}
    where
        not is_deleted
        and parse_errors is null

),

named as (

    select
        *,
        {{ first_of(those_with('r.meta_data', "e.key = '_refunded_item_id'")) }}.value as line_id
    from unnested

),

returned as (

    select
        {{ global_id('line_id') }} as order_line_id,
        sum(abs({{ as_decimal('r.quantity') }})) as quantity,
        sum(abs({{ as_decimal('r.total') }}) + abs(coalesce({{ as_decimal('r.total_tax') }}, 0))) as amount
    from named
    group by {{ global_id('line_id') }}

)

select
    lines.* {{ without('quantity, line_amount') }},
    cast(lines.quantity - coalesce(returned.quantity, 0) as decimal(18, 4)) as quantity,
    cast(lines.line_amount - coalesce(returned.amount, 0) as decimal(18, 4)) as line_amount
from lines
left join returned
    on lines.order_line_id = returned.order_line_id
