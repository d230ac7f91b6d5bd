with source as (

    {{ latest('dynamics', 'transactioncurrencies', ['isocurrencycode', 'currencyname']) }}

),

renamed as (

    select
        source,
        record_id as transaction_currency_id,
        {{ as_currency('r.isocurrencycode') }} as currency,
        {{ nullif_blank('r.currencyname') }} as name,
        is_deleted
    from source

)

select * from renamed
