-- An order is a quote that was accepted: it is a sale from the beginning, unless it is cancelled (2).
with source as (

    {{ latest('dynamics', 'salesorders', [
        'ordernumber', 'name', '_customerid_value', looked_up('_customerid_value'), 'statecode', 'totalamount',
        'totaltax', 'freightamount', 'totaldiscountamount', 'totallineitemdiscountamount',
        '_transactioncurrencyid_value', '_campaignid_value', choice_label('_ownerid_value'), 'createdon', 'modifiedon'
    ]) }}

),

renamed as (

    select
        {{ columns_of_record('order_id', 'createdon', 'modifiedon') }},
        coalesce({{ nullif_blank('r.ordernumber') }}, {{ nullif_blank('r.name') }}) as name,
        {{ dynamics_customer('contact') }} as contact_id,
        {{ dynamics_customer('account') }} as company_id,
        {{ utc('r.createdon') }} as ordered_at,
        case when r.statecode = '2' then {{ utc('r.modifiedon') }} end as cancelled_at,
        case r.statecode
            when '0' then 'active'
            when '1' then 'submitted'
            when '2' then 'cancelled'
            when '3' then 'fulfilled'
            when '4' then 'invoiced'
        end as status,
        case
            when r.statecode = '2' then 'cancelled'
            when r.statecode in ('0', '1', '3', '4') then 'sold'
        end as sale_state,
        case
            when r.totaldiscountamount is not null or r.totallineitemdiscountamount is not null
                then cast(
                    coalesce({{ as_decimal('r.totaldiscountamount') }}, 0)
                    + coalesce({{ as_decimal('r.totallineitemdiscountamount') }}, 0) as decimal(18, 4)
                )
        end as discount_amount,
        {{ as_decimal('r.totaltax') }} as tax_amount,
        {{ as_decimal('r.freightamount') }} as shipping_amount,
        {{ as_decimal('r.totalamount') }} as total_amount,
        {{ global_id('r._campaignid_value') }} as campaign_id,
        {{ nullif_blank(label_of('_ownerid_value')) }} as sales_rep,
        {{ nullif_blank('r._transactioncurrencyid_value') }} as transaction_currency_id,
        {{ unread(
            times=['r.createdon', 'r.modifiedon'],
            decimals=[
                'r.totalamount', 'r.totaltax', 'r.freightamount', 'r.totaldiscountamount', 'r.totallineitemdiscountamount'
            ]
        ) }} as parse_errors
    from source

)

select * from renamed
