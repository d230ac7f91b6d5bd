with source as (

    {{ latest('zoho', 'sales_orders', {
        'Created_Time': 'text', 'Modified_Time': 'text',
        'Ordered_Items': {'each': {
            'id': 'text', 'Product_Name': ['id', 'name'], 'Description': 'text', 'Quantity': 'text',
            'List_Price': 'text', 'Net_Total': 'text'
        }}
    }) }}

),

unnested as (

    select
        source,
        record_id,
        is_deleted,
        {{ utc('r.Created_Time') }} as created_at,
        coalesce({{ utc('r.Modified_Time') }}, changed_at) as updated_at,
        {{ each() }}(r.Ordered_Items) as r
    from source

)

select
    {{ global_id('r.id') }} as order_line_id,
    source,
    r.id as source_id,
    created_at,
    updated_at,
    is_deleted,
    {{ global_id('record_id') }} as order_id,
    {{ global_id('r.Product_Name.id') }} as product_id,
    coalesce({{ nullif_blank('r.Description') }}, {{ nullif_blank('r.Product_Name.name') }}) as description,
    {{ as_decimal('r.Quantity') }} as quantity,
    {{ as_decimal('r.List_Price') }} as unit_price,
    {{ as_decimal('r.Net_Total') }} as line_amount,
    {{ unread(decimals=['r.Quantity', 'r.List_Price', 'r.Net_Total']) }} as parse_errors
from unnested
