-- What was written in by hand has no product, and its name in the description. The amount of a line holds its tax.
with source as (

    {{ latest('dynamics', 'opportunityproducts', [
        '_opportunityid_value', '_productid_value', 'productname', 'productdescription', 'quantity', 'priceperunit',
        'manualdiscountamount', 'tax', 'extendedamount', '_transactioncurrencyid_value', 'createdon', 'modifiedon'
    ]) }}

)

select
    {{ columns_of_record('deal_line_id', 'createdon', 'modifiedon') }},
    {{ global_id('r._opportunityid_value') }} as deal_id,
    {{ global_id('r._productid_value') }} as product_id,
    coalesce({{ nullif_blank('r.productdescription') }}, {{ nullif_blank('r.productname') }}) as description,
    {{ as_decimal('r.quantity') }} as quantity,
    {{ as_decimal('r.priceperunit') }} as unit_price,
    {{ as_decimal('r.manualdiscountamount') }} as discount_amount,
    {{ as_decimal('r.extendedamount') }} - coalesce({{ as_decimal('r.tax') }}, 0) as line_amount,
    {{ nullif_blank('r._transactioncurrencyid_value') }} as transaction_currency_id,
    {{ unread(
        times=['r.createdon', 'r.modifiedon'],
        decimals=['r.quantity', 'r.priceperunit', 'r.manualdiscountamount', 'r.tax', 'r.extendedamount']
    ) }} as parse_errors
from source
