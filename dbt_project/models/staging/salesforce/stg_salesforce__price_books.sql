with source as (

    {{ latest('salesforce', 'price_books', ['IsStandard']) }}

)

select
    {{ global_id('record_id') }} as price_book_id,
    source,
    is_deleted,
    {{ as_flag('r.IsStandard') }} as is_standard
from source
