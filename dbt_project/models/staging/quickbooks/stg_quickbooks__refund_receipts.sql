-- Money that was given back at once. It does not say of which sale: it is a correction by itself.
{{ quickbooks_documents('refund_receipts', 'refund_receipt/') }},

judged as (

    select
        *,
        cast(null as string) as invoice_id,
        not is_void and total_amount is not null as is_alone
    from documents

)

{{ quickbooks_given_back() }}
