-- Money that was given back at once. It does not say of which sale: of the buyer's last sales receipt before it of at
-- least as much. Where there is none it is a correction by itself.
{{ quickbooks_documents('refund_receipts', 'refund_receipt/') }},

sales as (

    select
        invoice_id,
        source,
        contact_id,
        currency,
        issued_at,
        total_amount
    from {{ ref('stg_quickbooks__sales_receipts') }}
    where
        not is_deleted
        and status = 'paid'

),

judged as (

    select
        documents.*,
        sales.invoice_id,
        not documents.is_void and documents.total_amount is not null and sales.invoice_id is null as is_alone
    from documents
    left join sales
        on
            documents.source = sales.source
            and documents.contact_id = sales.contact_id
            and coalesce(documents.currency, '') = coalesce(sales.currency, '')
            and documents.dated_at >= sales.issued_at
            and documents.total_amount <= sales.total_amount
    qualify row_number() over (
        partition by documents.document_id order by sales.issued_at desc nulls last, sales.invoice_id nulls last
    ) = 1

)

{{ quickbooks_given_back() }}
