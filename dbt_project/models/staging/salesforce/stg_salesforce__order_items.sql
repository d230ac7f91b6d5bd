with source as (

    {{ latest('salesforce', 'order_items', [
        'OrderId', 'Product2Id', 'Quantity', 'ListPrice', 'UnitPrice', 'TotalPrice', 'CreatedDate', 'SystemModstamp'
    ]) }}

),

renamed as (

    select
        {{ global_id('record_id') }} as order_line_id,
        source,
        record_id as source_id,
        {{ utc('r.CreatedDate') }} as created_at,
        coalesce({{ utc('r.SystemModstamp') }}, changed_at) as updated_at,
        is_deleted,
        {{ global_id('r.OrderId') }} as order_id,
        {{ global_id('r.Product2Id') }} as product_id,
        {{ as_decimal('r.Quantity') }} as quantity,
        {{ as_decimal('r.UnitPrice') }} as unit_price,
        cast(
            {{ as_decimal('r.ListPrice') }} * {{ as_decimal('r.Quantity') }} - {{ as_decimal('r.TotalPrice') }}
            as decimal(18, 4)
        ) as discount_amount,
        {{ as_decimal('r.TotalPrice') }} as line_amount,
        {{ unread(
            times=['r.CreatedDate', 'r.SystemModstamp'],
            decimals=['r.Quantity', 'r.ListPrice', 'r.UnitPrice', 'r.TotalPrice']
        ) }} as parse_errors
    from source

)

select * from renamed
