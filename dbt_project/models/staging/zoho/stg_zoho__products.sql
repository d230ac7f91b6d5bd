with source as (

    {{ latest('zoho', 'products', [
        'Product_Name', 'Product_Category', 'Unit_Price', 'Currency', 'Created_Time', 'Modified_Time'
    ]) }}

),

renamed as (

    select
        {{ columns_of_record('product_id', 'Created_Time', 'Modified_Time') }},
        {{ nullif_blank('r.Product_Name') }} as name,
        {{ nullif_blank('r.Product_Category') }} as category,
        {{ as_decimal('r.Unit_Price') }} as unit_price,
        {{ as_currency('r.Currency') }} as currency,
        {{ unread(times=['r.Created_Time', 'r.Modified_Time'], decimals=['r.Unit_Price']) }} as parse_errors
    from source

)

select * from renamed
