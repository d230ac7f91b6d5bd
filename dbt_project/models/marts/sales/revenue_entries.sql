-- One row per purchase or correction of one at its time, and per refund of it at the time that its vendor says.
select
    entry_id,
    entry,
    transaction_id,
    customer_id,
    account_id,
    booked_at,
    kind,
    record_id,
    source,
    {{ brand_of('source') }} as brand,
    told_by,
    is_sale,
    currency,
    '{{ var("base_currency") }}' as base_currency,
    exchange_rate,
    gross_revenue,
    tax_revenue,
    shipping_revenue,
    refunded_revenue,
    net_revenue
from {{ ref('int_revenue_booked') }}
