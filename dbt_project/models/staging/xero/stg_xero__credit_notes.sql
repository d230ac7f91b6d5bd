-- A credit note takes back what it says, of the invoice that it is allocated to first. One that is allocated to none is
-- a correction by itself.
with source as (

    {{ latest('xero', 'credit_notes', {
        'CreditNoteNumber': 'text', 'Status': 'text', 'Contact': ['ContactID'], 'Date': 'text', 'CurrencyCode': 'text',
        'SubTotal': 'text', 'TotalTax': 'text', 'Total': 'text', 'Allocations': {'each': {'Invoice': ['InvoiceID']}}
    }) }}

),

dated as (

    select
        *,
        {{ xero_seconds('r.Date') }} as credit_note_date,
        coalesce(r.Status in ('AUTHORISED', 'PAID'), false) as is_issued,
        {{ global_id(first_of('r.Allocations') ~ '.Invoice.InvoiceID') }} as allocated_to
    from source

),

invoices as (

    select invoice_id
    from {{ ref('stg_xero__invoices') }}
    where
        not is_deleted
        and status in ('open', 'paid')

),

renamed as (

    select
        dated.source,
        dated.record_id as source_id,
        {{ from_epoch('dated.credit_note_date') }} as created_at,
        dated.changed_at as updated_at,
        dated.is_deleted,
        {{ nullif_blank('dated.r.CreditNoteNumber') }} as name,
        {{ global_id('dated.record_id', 'dated.source') }} as credit_note_id,
        {{ global_id('dated.r.Contact.ContactID', 'dated.source') }} as contact_id,
        invoices.invoice_id as reversed_invoice_id,
        case when dated.is_issued then 'paid' else lower({{ nullif_blank('dated.r.Status') }}) end as status,
        dated.is_issued,
        dated.is_issued and invoices.invoice_id is null as is_alone,
        {{ as_currency('dated.r.CurrencyCode') }} as currency,
        {{ as_decimal('dated.r.TotalTax') }} as tax_amount,
        {{ as_decimal('dated.r.Total') }} as total_amount,
        {{ as_decimal('dated.r.SubTotal') }} as untaxed_amount,
        {{ unread(
            wholes=['credit_note_date'],
            decimals=['dated.r.SubTotal', 'dated.r.TotalTax', 'dated.r.Total'],
            refunds=['dated.r.Total']
        ) }} as parse_errors
    from dated
    left join invoices
        on dated.allocated_to = invoices.invoice_id

)

select
    {{ global_id("'credit_note/' || source_id") }} as payment_id,
    credit_note_id,
    source,
    source_id,
    created_at,
    updated_at,
    is_deleted,
    name,
    contact_id,
    case when is_alone then credit_note_id else reversed_invoice_id end as invoice_id,
    'refund' as kind,
    status,
    is_alone,
    case when is_issued then created_at end as paid_at,
    currency,
    tax_amount,
    cast(case when is_issued then -total_amount else 0 end as decimal(18, 4)) as amount,
    cast(case when is_issued then -untaxed_amount else 0 end as decimal(18, 4)) as net_amount,
    parse_errors
from renamed
