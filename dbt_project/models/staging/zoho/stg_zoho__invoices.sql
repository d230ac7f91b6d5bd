-- Zoho's own states say how far an invoice is, and not what was paid of it; a state of one's own is told by its word.
with source as (

    {{ latest('zoho', 'invoices', {
        'Invoice_Number': 'text', 'Subject': 'text', 'Contact_Name': ['id'], 'Account_Name': ['id'],
        'Sales_Order': ['id'], 'Status': 'text', 'Invoice_Date': 'text', 'Due_Date': 'text', 'Tax': 'text',
        'Grand_Total': 'text', 'Currency': 'text', 'Created_Time': 'text', 'Modified_Time': 'text'
    }) }}

),

renamed as (

    select
        {{ columns_of_record('invoice_id', 'Created_Time', 'Modified_Time') }},
        coalesce({{ nullif_blank('r.Invoice_Number') }}, {{ nullif_blank('r.Subject') }}) as name,
        {{ global_id('r.Contact_Name.id') }} as contact_id,
        {{ global_id('r.Account_Name.id') }} as company_id,
        {{ global_id('r.Sales_Order.id') }} as order_id,
        case
            when lower(r.Status) in ('created', 'approved', 'delivered') then 'open'
            when lower(r.Status) in ('cancelled', 'canceled') then 'void'
            else lower({{ nullif_blank('r.Status') }})
        end as status,
        coalesce({{ utc('r.Invoice_Date') }}, {{ utc('r.Created_Time') }}) as issued_at,
        {{ utc('r.Due_Date') }} as due_at,
        {{ as_currency('r.Currency') }} as currency,
        {{ as_decimal('r.Tax') }} as tax_amount,
        {{ as_decimal('r.Grand_Total') }} as total_amount,
        case when lower(r.Status) = 'paid' then {{ as_decimal('r.Grand_Total') }} end as paid_amount,
        cast(case when lower(r.Status) = 'paid' then 0 end as decimal(18, 4)) as balance_amount,
        {{ unread(
            times=['r.Created_Time', 'r.Modified_Time', 'r.Invoice_Date', 'r.Due_Date'],
            decimals=['r.Tax', 'r.Grand_Total']
        ) }} as parse_errors
    from source

)

select * from renamed
