-- A sale that is paid when it is made: an invoice, and its payment.
{{ quickbooks_documents('sales_receipts', 'sales_receipt/') }}

select
    document_id as invoice_id,
    source,
    source_id,
    record_id,
    created_at,
    updated_at,
    is_deleted,
    name,
    contact_id,
    is_guest,
    email,
    case when is_void then 'void' when total_amount is not null then 'paid' end as status,
    dated_at as issued_at,
    case when not is_void then dated_at end as paid_at,
    method,
    currency,
    tax_amount,
    total_amount,
    total_amount as paid_amount,
    cast(case when total_amount is not null then 0 end as decimal(18, 4)) as balance_amount,
    parse_errors
from documents
