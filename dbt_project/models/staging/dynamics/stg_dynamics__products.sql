-- A family (2) only holds products; a bundle (3) is one. What is retired was sold.
with source as (

    {{ latest('dynamics', 'products', [
        'name', 'productstructure', 'producttypecode', choice_label('_parentproductid_value'), 'price',
        '_transactioncurrencyid_value', 'createdon', 'modifiedon'
    ]) }}

),

renamed as (

    select
        {{ columns_of_record('product_id', 'createdon', 'modifiedon') }},
        {{ nullif_blank('r.name') }} as name,
        {{ nullif_blank(label_of('_parentproductid_value')) }} as category,
        case when r.producttypecode = '3' then 'service' when r.producttypecode is not null then 'product' end as kind,
        {{ as_decimal('r.price') }} as unit_price,
        {{ nullif_blank('r._transactioncurrencyid_value') }} as transaction_currency_id,
        {{ unread(times=['r.createdon', 'r.modifiedon'], decimals=['r.price']) }} as parse_errors
    from source
    where coalesce(r.productstructure, '1') <> '2'

)

select * from renamed
