-- What payments are applied to. A line is of an invoice, or of a credit memo, or of both: then no money is in it. A
-- credit memo that stands in a line of its own takes its amount off what is paid of the payment's first invoice.
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

),

linked as (

    select
        source,
        record_id as payment_source_id,
        paid_at,
        {{ global_id(first_of(those_with('r.LinkedTxn', "e.TxnType = 'Invoice'")) ~ '.TxnId') }} as own_invoice_id,
        {{ nullif_blank(first_of(those_with('r.LinkedTxn', "e.TxnType = 'CreditMemo'")) ~ '.TxnId') }}
            as credit_memo_source_id,
        {{ as_decimal('r.Amount') }} as amount
    from unnested

)

select
    source,
    payment_source_id,
    paid_at,
    case
        when credit_memo_source_id is null then own_invoice_id
        else coalesce(own_invoice_id, min(own_invoice_id) over (partition by source, payment_source_id))
    end as invoice_id,
    credit_memo_source_id,
    cast(case
        when credit_memo_source_id is null then amount
        when own_invoice_id is null then -amount
        else 0
    end as decimal(18, 4)) as amount
from linked
