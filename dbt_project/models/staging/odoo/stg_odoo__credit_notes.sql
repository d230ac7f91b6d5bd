-- A credit note takes back what it says, of the order or the invoice that it names, whether or not money has gone out
-- for it yet. One that names neither is a correction by itself.
{{ odoo_moves('credit_notes') }},

reversed as (

    select
        invoice_id,
        order_id
    from {{ ref('stg_odoo__invoices') }}
    where
        not is_deleted
        and status in ('open', 'paid')

),

referred as (

    select
        moves.* {{ without('order_id') }},
        reversed.invoice_id as reversed_invoice_id,
        coalesce(reversed.order_id, moves.order_id) as order_id
    from moves
    left join reversed
        on moves.reversed_id = reversed.invoice_id

),

judged as (

    select
        *,
        coalesce(state = 'posted', false) as is_posted,
        coalesce(state = 'posted' and reversed_invoice_id is null and order_id is null, false) as is_alone
    from referred

)

select
    {{ global_id("'credit_note/' || source_id") }} as payment_id,
    move_id,
    source,
    source_id,
    created_at,
    updated_at,
    is_deleted,
    name,
    contact_id,
    company_id,
    case when is_alone then move_id else reversed_invoice_id end as invoice_id,
    order_id,
    'refund' as kind,
    state as status,
    is_alone,
    case when is_posted then issued_at end as paid_at,
    currency,
    tax_amount,
    cast(case when is_posted then -total_amount else 0 end as decimal(18, 4)) as amount,
    cast(case when is_posted then -untaxed_amount else 0 end as decimal(18, 4)) as net_amount,
    parse_errors
from judged
