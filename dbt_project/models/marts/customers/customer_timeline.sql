-- One row per touch between a customer and the business.
with

touches as (

    select * from {{ ref('int_touches_unioned') }}

)

select
    touch_id,
    customer_id,
    event_at,
    channel,
    direction,
    kind,
    subject,
    amount,
    currency,
    source,
    {{ brand_of('source') }} as brand,
    reference_id
from touches
