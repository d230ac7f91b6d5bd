{{ odoo_moves('invoices') }}

select
    move_id as invoice_id,
    source,
    source_id,
    created_at,
    updated_at,
    is_deleted,
    name,
    contact_id,
    company_id,
    order_id,
    case
        when state = 'draft' then 'draft'
        when state = 'cancel' then 'void'
        when payment_state in ('paid', 'in_payment', 'reversed') then 'paid'
        else 'open'
    end as status,
    issued_at,
    due_at,
    currency,
    tax_amount,
    total_amount,
    cast(total_amount - residual_amount as decimal(18, 4)) as paid_amount,
    residual_amount as balance_amount,
    parse_errors
from moves
