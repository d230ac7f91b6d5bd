-- QuickBooks does not say when an invoice was paid: its last payment does.
{{ quickbooks_documents('invoices') }},

paid as (

    select
        source,
        invoice_id,
        max(paid_at) as paid_at
    from {{ ref('stg_quickbooks__payment_lines') }}
    where invoice_id is not null
    group by source, invoice_id

)

select
    documents.document_id as invoice_id,
    documents.source,
    documents.source_id,
    documents.created_at,
    documents.updated_at,
    documents.is_deleted,
    documents.name,
    documents.contact_id,
    case
        when documents.is_void then 'void'
        when documents.balance_amount = 0 then 'paid'
        when documents.total_amount is not null then 'open'
    end as status,
    documents.dated_at as issued_at,
    documents.due_at,
    case when documents.balance_amount = 0 and not documents.is_void then paid.paid_at end as paid_at,
    documents.currency,
    documents.tax_amount,
    documents.total_amount,
    cast(documents.total_amount - documents.balance_amount as decimal(18, 4)) as paid_amount,
    documents.balance_amount,
    documents.parse_errors
from documents
left join paid
    on
        documents.source = paid.source
        and documents.document_id = paid.invoice_id
