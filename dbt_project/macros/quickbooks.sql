{#- The CTE `documents`: invoices, receipts and memos of QuickBooks alike. A total contains the tax, whether or not the lines
    do. A voided one stays, with amounts of 0, and says so in a note. `prefix` stands before the id in all sources, for an id is
    one of its own kind only. -#}
{% macro quickbooks_documents(stream, prefix='') -%}
with source as (

    {{ crm360.latest('quickbooks', stream, {
        'DocNumber': 'text', 'PrivateNote': 'text', 'CustomerRef': ['value'], 'BillEmail': ['Address'], 'TxnDate': 'text',
        'DueDate': 'text', 'CurrencyRef': ['value'], 'TxnTaxDetail': ['TotalTax'], 'TotalAmt': 'text', 'Balance': 'text',
        'InvoiceRef': ['value'], 'PaymentMethodRef': ['name'], 'DepositToAccountRef': ['name'], 'MetaData': ['CreateTime']
    }) }}

),

documents as (

    select
        source,
        {{ crm360.quoted(prefix) ~ ' || ' if prefix }}record_id as source_id,
        record_id,
        {{ crm360.global_id(crm360.quoted(prefix) ~ ' || record_id' if prefix else 'record_id') }} as document_id,
        {{ crm360.utc('r.MetaData.CreateTime') }} as created_at,
        changed_at as updated_at,
        is_deleted,
        {{ crm360.nullif_blank('r.DocNumber') }} as name,
        {{ crm360.global_id('coalesce(' ~ crm360.nullif_blank('r.CustomerRef.value') ~ ', ' ~ crm360.guest_id('r.BillEmail.Address') ~ ')') }}
            as contact_id,
        {{ crm360.nullif_blank('r.CustomerRef.value') }} is null and {{ crm360.nullif_blank('r.BillEmail.Address') }} is not null
            as is_guest,
        case
            when {{ crm360.nullif_blank('r.CustomerRef.value') }} is null then lower({{ crm360.nullif_blank('r.BillEmail.Address') }})
        end as email,
        {{ crm360.quickbooks_is_void() }} as is_void,
        {{ crm360.utc('r.TxnDate') }} as dated_at,
        {{ crm360.utc('r.DueDate') }} as due_at,
        {{ crm360.as_currency('r.CurrencyRef.value') }} as currency,
        {{ crm360.as_decimal('r.TxnTaxDetail.TotalTax') }} as tax_amount,
        {{ crm360.as_decimal('r.TotalAmt') }} as total_amount,
        {{ crm360.as_decimal('r.Balance') }} as balance_amount,
        {{ crm360.global_id('r.InvoiceRef.value') }} as stated_invoice_id,
        coalesce({{ crm360.nullif_blank('r.PaymentMethodRef.name') }}, {{ crm360.nullif_blank('r.DepositToAccountRef.name') }}) as method,
        {{ crm360.unread(
            times=['r.MetaData.CreateTime', 'r.TxnDate', 'r.DueDate'],
            decimals=['r.TxnTaxDetail.TotalTax', 'r.TotalAmt', 'r.Balance'],
            refunds=['r.TotalAmt'] if prefix in ['credit_memo/', 'refund_receipt/'] else []
        ) }} as parse_errors
    from source

)
{%- endmacro %}

{#- Whether a transaction was voided: its amounts are 0, and the word for it was put before its note. -#}
{% macro quickbooks_is_void() -%}
    coalesce({{ crm360.as_decimal('r.TotalAmt') }} = 0 and lower({{ crm360.nullif_blank('r.PrivateNote') }}) like 'voided%', false)
{%- endmacro %}

{#- One line of a customer's address, unless it is a name that the record has already. -#}
{% macro quickbooks_street(line) -%}
    case
        when lower({{ crm360.nullif_blank('r.BillAddr.' ~ line) }}) not in (
            coalesce(lower(name), ''), coalesce(lower(person), ''), coalesce(lower({{ crm360.nullif_blank('r.CompanyName') }}), '')
        ) then {{ crm360.nullif_blank('r.BillAddr.' ~ line) }}
    end
{%- endmacro %}

{#- What the CTE `judged` takes back, as payments below 0. -#}
{% macro quickbooks_given_back() -%}
select
    document_id as payment_id,
    source,
    source_id,
    record_id,
    created_at,
    updated_at,
    is_deleted,
    name,
    contact_id,
    email,
    case when is_alone then document_id else invoice_id end as invoice_id,
    'refund' as kind,
    case when is_void then 'voided' when total_amount is not null then 'paid' end as status,
    is_alone,
    method,
    case when not is_void then dated_at end as paid_at,
    currency,
    tax_amount,
    cast(-total_amount as decimal(18, 4)) as amount,
    cast(-(total_amount - coalesce(tax_amount, 0)) as decimal(18, 4)) as net_amount,
    parse_errors
from judged
{%- endmacro %}
