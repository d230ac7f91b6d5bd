{#- What moves no money is left out: by a payment of 0 a credit memo is applied to an invoice. -#}
with source as (

    {{ latest('quickbooks', 'payments', {
        'TxnDate': 'text', 'TotalAmt': 'text', 'PrivateNote': 'text', 'CustomerRef': ['value'],
        'CurrencyRef': ['value'], 'PaymentMethodRef': ['name'], 'DepositToAccountRef': ['name'],
        'MetaData': ['CreateTime'],
        'Line': {'each': {'LinkedTxn': {'each': ['TxnId', 'TxnType']}}}
    }) }}

),

judged as (

    select
        *,
        {{ quickbooks_is_void() }} as is_void,
        {{ flattened('r.Line', 'LinkedTxn') }} as linked
    from source

),

renamed as (

    select
        {{ global_id('record_id') }} as payment_id,
        source,
        record_id as source_id,
        {{ utc('r.MetaData.CreateTime') }} as created_at,
        changed_at as updated_at,
        is_deleted,
        {{ global_id('r.CustomerRef.value') }} as contact_id,
        {{ global_id(first_of(those_with('linked', "e.TxnType = 'Invoice'")) ~ '.TxnId') }} as invoice_id,
        'payment' as kind,
        case when is_void then 'voided' else 'paid' end as status,
        coalesce({{ nullif_blank('r.PaymentMethodRef.name') }}, {{ nullif_blank('r.DepositToAccountRef.name') }})
            as method,
        case when not is_void then {{ utc('r.TxnDate') }} end as paid_at,
        {{ as_currency('r.CurrencyRef.value') }} as currency,
        {{ as_decimal('r.TotalAmt') }} as amount,
        {{ unread(times=['r.MetaData.CreateTime', 'r.TxnDate'], decimals=['r.TotalAmt']) }} as parse_errors
    from judged
    where is_void or coalesce({{ as_decimal('r.TotalAmt') }}, 1) <> 0

)

select * from renamed
