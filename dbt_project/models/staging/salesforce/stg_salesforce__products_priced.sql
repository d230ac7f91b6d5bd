-- A product costs what the standard price book says: in the base currency where it has a price in several.
{{ config(materialized='view') }}

with prices as (

    select
        entries.product_id,
        entries.unit_price,
        entries.currency
    from {{ ref('stg_salesforce__price_book_entries') }} as entries
    inner join {{ ref('stg_salesforce__price_books') }} as books
        on entries.price_book_id = books.price_book_id
    where
        books.is_standard
        and entries.is_in_use
        and not entries.is_deleted
        and not books.is_deleted
    qualify row_number() over (
        partition by entries.product_id
        order by
            coalesce(entries.currency = '{{ var("base_currency") }}', false) desc,
            entries.currency nulls last,
            entries.price_book_entry_id nulls last
    ) = 1

)

select
    products.*,
    prices.unit_price,
    prices.currency
from {{ ref('stg_salesforce__products') }} as products
left join prices
    on products.product_id = prices.product_id
