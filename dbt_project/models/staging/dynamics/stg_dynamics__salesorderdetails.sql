-- What was written in by hand has no product, and its name in the description.
with source as (

    {{ latest('dynamics', 'salesorderdetails', [
        '_salesorderid_value', '_productid_value', 'productname', 'productdescription', 'quantity', 'priceperunit',
        'extendedamount', 'createdon', 'modifiedon'
    ]) }}

),

renamed as (

    select
        {{ columns_of_record('order_line_id', 'createdon', 'modifiedon') }},
        {{ global_id('r._salesorderid_value') }} as order_id,
        {{ global_id('r._productid_value') }} as product_id,
        coalesce({{ nullif_blank('r.productdescription') }}, {{ nullif_blank('r.productname') }}) as description,
        {{ as_decimal('r.quantity') }} as quantity,
        {{ as_decimal('r.priceperunit') }} as unit_price,
        {{ as_decimal('r.extendedamount') }} as line_amount,
        {{ unread(
            times=['r.createdon', 'r.modifiedon'], decimals=['r.quantity', 'r.priceperunit', 'r.extendedamount']
        ) }} as parse_errors
    from source

)

select * from renamed
