with source as (

    {{ latest('hubspot', 'products', {
        'createdAt': 'text', 'updatedAt': 'text', 'properties': ['name', 'price', 'hs_product_type']
    }) }}

),

renamed as (

    select
        {{ global_id('record_id') }} as product_id,
        source,
        record_id as source_id,
        {{ utc('r.createdAt') }} as created_at,
        coalesce({{ utc('r.updatedAt') }}, changed_at) as updated_at,
        is_deleted or merged_into is not null as is_deleted,
        {{ nullif_blank('r.properties.name') }} as name,
        case lower({{ nullif_blank('r.properties.hs_product_type') }})
            when 'service' then 'service'
            when 'inventory' then 'product'
            when 'non_inventory' then 'product'
        end as kind,
        {{ as_decimal('r.properties.price') }} as unit_price,
        {{ unread(times=['r.createdAt', 'r.updatedAt'], decimals=['r.properties.price']) }} as parse_errors
    from source

)

select * from renamed
