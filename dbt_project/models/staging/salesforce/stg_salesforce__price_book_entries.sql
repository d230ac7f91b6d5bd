with source as (

    {{ latest('salesforce', 'price_book_entries', [
        'Pricebook2Id', 'Product2Id', 'UnitPrice', 'CurrencyIsoCode', 'IsActive'
    ]) }}

)

select
    {{ global_id('record_id') }} as price_book_entry_id,
    source,
    is_deleted,
    {{ global_id('r.Pricebook2Id') }} as price_book_id,
    {{ global_id('r.Product2Id') }} as product_id,
    {{ as_decimal('r.UnitPrice') }} as unit_price,
    {{ as_currency('r.CurrencyIsoCode') }} as currency,
    {{ as_flag('r.IsActive') }} as is_in_use
from source
