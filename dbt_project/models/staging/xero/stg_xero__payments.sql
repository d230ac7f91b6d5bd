{#- Money that goes out is left out: its credit note tells of it. So is what suppliers are paid. -#}
with source as (

    {{ latest('xero', 'payments', {
        'Date': 'text', 'Amount': 'text', 'Status': 'text', 'PaymentType': 'text', 'Account': ['Code', 'Name'],
        'Invoice': {'InvoiceID': 'text', 'CurrencyCode': 'text', 'Contact': ['ContactID']}
    }) }}

),

dated as (

    select
        *,
        {{ xero_seconds('r.Date') }} as payment_date,
        coalesce(r.Status = 'AUTHORISED', false) as is_made
    from source
    where coalesce(r.PaymentType, 'ACCRECPAYMENT') = 'ACCRECPAYMENT'

),

renamed as (

    select
        {{ global_id('record_id') }} as payment_id,
        source,
        record_id as source_id,
        {{ from_epoch('payment_date') }} as created_at,
        changed_at as updated_at,
        is_deleted,
        {{ global_id('r.Invoice.Contact.ContactID') }} as contact_id,
        {{ global_id('r.Invoice.InvoiceID') }} as invoice_id,
        'payment' as kind,
        -- Authorised is what stands here; of a card it would be what has not been captured yet.
        case when is_made then 'paid' else lower({{ nullif_blank('r.Status') }}) end as status,
        coalesce({{ nullif_blank('r.Account.Name') }}, {{ nullif_blank('r.Account.Code') }}) as method,
        case when is_made then {{ from_epoch('payment_date') }} end as paid_at,
        {{ as_currency('r.Invoice.CurrencyCode') }} as currency,
        cast(case when is_made then {{ as_decimal('r.Amount') }} else 0 end as decimal(18, 4)) as amount,
        {{ unread(wholes=['payment_date'], decimals=['r.Amount']) }} as parse_errors
    from dated

)

select * from renamed
