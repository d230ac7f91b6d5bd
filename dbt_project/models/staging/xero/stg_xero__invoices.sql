with source as (

    {{ latest('xero', 'invoices', {
        'InvoiceNumber': 'text', 'Status': 'text', 'Contact': ['ContactID'], 'Date': 'text', 'DueDate': 'text',
        'FullyPaidOnDate': 'text', 'CurrencyCode': 'text', 'TotalTax': 'text', 'Total': 'text', 'AmountDue': 'text',
        'AmountPaid': 'text', 'AmountCredited': 'text'
    }) }}

),

dated as (

    select
        *,
        {{ xero_seconds('r.Date') }} as invoice_date,
        {{ xero_seconds('r.DueDate') }} as due_date,
        {{ xero_seconds('r.FullyPaidOnDate') }} as fully_paid_on_date
    from source

),

renamed as (

    select
        {{ global_id('record_id') }} as invoice_id,
        source,
        record_id as source_id,
        {{ from_epoch('invoice_date') }} as created_at,
        changed_at as updated_at,
        is_deleted,
        {{ nullif_blank('r.InvoiceNumber') }} as name,
        {{ global_id('r.Contact.ContactID') }} as contact_id,
        case
            when r.Status in ('DRAFT', 'SUBMITTED') then 'draft'
            when r.Status = 'AUTHORISED' then 'open'
            when r.Status in ('VOIDED', 'DELETED') then 'void'
            else lower({{ nullif_blank('r.Status') }})
        end as status,
        {{ from_epoch('invoice_date') }} as issued_at,
        {{ from_epoch('due_date') }} as due_at,
        {{ from_epoch('fully_paid_on_date') }} as paid_at,
        {{ as_currency('r.CurrencyCode') }} as currency,
        {{ as_decimal('r.TotalTax') }} as tax_amount,
        {{ as_decimal('r.Total') }} as total_amount,
        cast({{ as_decimal('r.AmountPaid') }} + coalesce({{ as_decimal('r.AmountCredited') }}, 0) as decimal(18, 4))
            as paid_amount,
        case when r.Status in ('VOIDED', 'DELETED') then 0 else {{ as_decimal('r.AmountDue') }} end as balance_amount,
        {{ unread(
            wholes=['invoice_date', 'due_date', 'fully_paid_on_date'],
            decimals=['r.TotalTax', 'r.Total', 'r.AmountDue', 'r.AmountPaid', 'r.AmountCredited']
        ) }} as parse_errors
    from dated

)

select * from renamed
