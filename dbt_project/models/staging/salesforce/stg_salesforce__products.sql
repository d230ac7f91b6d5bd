-- What a product costs stands in price books (stg_salesforce__products_priced).
with source as (

    {{ latest('salesforce', 'products', ['Name', 'Family', 'CreatedDate', 'SystemModstamp']) }}

),

renamed as (

    select
        {{ global_id('record_id') }} as product_id,
        source,
        record_id as source_id,
        {{ utc('r.CreatedDate') }} as created_at,
        coalesce({{ utc('r.SystemModstamp') }}, changed_at) as updated_at,
        is_deleted,
        {{ nullif_blank('r.Name') }} as name,
        {{ nullif_blank('r.Family') }} as category,
        {{ unread(times=['r.CreatedDate', 'r.SystemModstamp']) }} as parse_errors
    from source

)

select * from renamed
