with source as (

    {{ latest('shopify', 'products', {
        'title': 'text', 'productType': 'text', 'tags': {'each': 'text'}, 'createdAt': 'text', 'updatedAt': 'text',
        'variants': {'nodes': {'each': ['price']}}
    }) }}

),

renamed as (

    select
        {{ global_id(gid_number('record_id')) }} as product_id,
        source,
        {{ gid_number('record_id') }} as source_id,
        record_id,
        {{ utc('r.createdAt') }} as created_at,
        coalesce({{ utc('r.updatedAt') }}, changed_at) as updated_at,
        is_deleted,
        {{ nullif_blank('r.title') }} as name,
        {{ nullif_blank('r.productType') }} as category,
        case when lower(r.productType) like '%service%' then 'service' else 'product' end as kind,
        {{ nullif_blank(array_to_text('r.tags')) }} as features,
        {{ as_decimal(first_of('r.variants.nodes') ~ '.price') }} as unit_price,
        {{ unread(
            times=['r.createdAt', 'r.updatedAt'],
            decimals=[first_of('r.variants.nodes') ~ '.price']
        ) }} as parse_errors
    from source

)

select * from renamed
