-- A credit memo takes back what it says, of the invoice that it is applied to first; which one that is, a payment says,
-- be it one of 0. One that is applied to none is a correction by itself.
{{ quickbooks_documents('credit_memos', 'credit_memo/') }},

applied as (

    select
        source,
        credit_memo_source_id,
        invoice_id
    from {{ ref('stg_quickbooks__payment_lines') }}
    where
        credit_memo_source_id is not null
        and invoice_id is not null
    qualify row_number() over (
        partition by source, credit_memo_source_id
        order by paid_at nulls last, payment_source_id nulls last, invoice_id nulls last
    ) = 1

),

invoices as (

    select invoice_id
    from {{ ref('stg_quickbooks__invoices') }}
    where
        not is_deleted
        and status in ('open', 'paid')

),

judged as (

    select
        documents.*,
        invoices.invoice_id,
        not documents.is_void and documents.total_amount is not null and invoices.invoice_id is null as is_alone
    from documents
    left join applied
        on
            documents.source = applied.source
            and documents.record_id = applied.credit_memo_source_id
    left join invoices
        on coalesce(documents.stated_invoice_id, applied.invoice_id) = invoices.invoice_id

)

{{ quickbooks_given_back() }}
