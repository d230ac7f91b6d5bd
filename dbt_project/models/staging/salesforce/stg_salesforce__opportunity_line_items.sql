-- What was agreed is the sales price of a unit, and of that a percentage less; the list price is what might have been.
with source as (

    {{ latest('salesforce', 'opportunity_line_items', [
        'OpportunityId', 'Product2Id', 'ProductCode', 'Name', 'Quantity', 'UnitPrice', 'TotalPrice', 'CurrencyIsoCode',
        'CreatedDate', 'SystemModstamp'
    ]) }}

)

select
    {{ global_id('record_id') }} as deal_line_id,
    source,
    record_id as source_id,
    {{ utc('r.CreatedDate') }} as created_at,
    coalesce({{ utc('r.SystemModstamp') }}, changed_at) as updated_at,
    is_deleted,
    {{ global_id('r.OpportunityId') }} as deal_id,
    {{ global_id('r.Product2Id') }} as product_id,
    {{ nullif_blank('r.ProductCode') }} as sku,
    {{ nullif_blank('r.Name') }} as description,
    {{ as_decimal('r.Quantity') }} as quantity,
    {{ as_decimal('r.UnitPrice') }} as unit_price,
    {{ as_decimal('r.TotalPrice') }} as line_amount,
    {{ as_currency('r.CurrencyIsoCode') }} as currency,
    {{ unread(
        times=['r.CreatedDate', 'r.SystemModstamp'],
        decimals=['r.Quantity', 'r.UnitPrice', 'r.TotalPrice']
    ) }} as parse_errors
from source
