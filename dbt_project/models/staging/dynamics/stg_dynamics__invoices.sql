-- Paid (2) may be in part (100002), and what came in is not told then. Older reasons are 3 (cancelled) and 7 (paid).
with source as (

    {{ latest('dynamics', 'invoices', [
        'invoicenumber', 'name', '_customerid_value', looked_up('_customerid_value'), '_salesorderid_value', 'statecode',
        'statuscode', 'duedate', 'totalamount', 'totaltax', '_transactioncurrencyid_value', 'createdon', 'modifiedon'
    ]) }}

),

judged as (

    select
        *,
        case
            when r.statecode = '3' or r.statuscode = '3' then 'void'
            when (r.statecode = '2' and coalesce(r.statuscode, '') <> '100002') or r.statuscode = '7' then 'paid'
            when r.statecode is not null then 'open'
        end as status,
        {{ as_decimal('r.totalamount') }} as total_amount
    from source

),

renamed as (

    select
        {{ columns_of_record('invoice_id', 'createdon', 'modifiedon') }},
        coalesce({{ nullif_blank('r.invoicenumber') }}, {{ nullif_blank('r.name') }}) as name,
        {{ dynamics_customer('contact') }} as contact_id,
        {{ dynamics_customer('account') }} as company_id,
        {{ global_id('r._salesorderid_value') }} as order_id,
        status,
        {{ utc('r.createdon') }} as issued_at,
        {{ utc('r.duedate') }} as due_at,
        total_amount,
        case when status = 'paid' then total_amount end as paid_amount,
        cast(case when status = 'paid' then 0 end as decimal(18, 4)) as balance_amount,
        {{ as_decimal('r.totaltax') }} as tax_amount,
        {{ nullif_blank('r._transactioncurrencyid_value') }} as transaction_currency_id,
        {{ unread(
            times=['r.createdon', 'r.modifiedon', 'r.duedate'], decimals=['r.totalamount', 'r.totaltax']
        ) }} as parse_errors
    from judged

)

select * from renamed
