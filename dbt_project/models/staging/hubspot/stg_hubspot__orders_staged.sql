-- What was paid says whether an order is a sale; where that is not told, the shop's own word, and then the stage. An
-- order is called off if the shop or the stage says so.
{{ config(materialized='view') }}

with orders as (

    select * from {{ ref('stg_hubspot__orders') }}

),

stages as (

    select * from {{ ref('stg_hubspot__order_stages') }}
    where not is_deleted

)

select
    orders.* {{ without('pipeline, stage, closed_at, payment_status, external_status') }},
    coalesce(orders.payment_status, orders.external_status, lower(stages.stage_label)) as status,
    case
        when
            'cancelled' in (
                {{ status_meaning('orders', 'orders.external_status') }},
                {{ status_meaning('orders', 'stages.stage_label') }}
            )
            then coalesce(orders.closed_at, orders.updated_at)
    end as cancelled_at
from orders
left join stages
    on
        orders.source = stages.source
        and orders.pipeline = stages.pipeline
        and orders.stage = stages.stage
