-- What payments are applied to: a line is of an invoice, or of a credit memo, or of both.
with source as (

    {{ latest('quickbooks', 'payments', {
        'TxnDate': 'text', 'Line': {'each': {'Amount': 'text', 'LinkedTxn': {'each': ['TxnId', 'TxnType']}}}
    }) }}

),

unnested as (

    select
        source,
        record_id,
        {{ utc('r.TxnDate') }} as paid_at,
        {{ each() }}(r.Line) as r
    from source
    where not is_deleted

)

select
    source,
    record_id as payment_source_id,
    paid_at,
    {{ global_id(first_of(those_with('r.LinkedTxn', "e.TxnType = 'Invoice'")) ~ '.TxnId') }} as invoice_id,
    {{ nullif_blank(first_of(those_with('r.LinkedTxn', "e.TxnType = 'CreditMemo'")) ~ '.TxnId') }} as credit_memo_source_id,
    {{ as_decimal('r.Amount') }} as amount
from unnested
