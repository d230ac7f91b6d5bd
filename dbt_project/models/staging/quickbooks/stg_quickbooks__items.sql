-- What is sold. A category is one of the list's own lines, and no item.
with source as (

    {{ latest('quickbooks', 'items', {
        'Name': 'text', 'Type': 'text', 'UnitPrice': 'text', 'ParentRef': ['name'], 'MetaData': ['CreateTime']
    }) }}

),

renamed as (

    select
        {{ global_id('record_id') }} as product_id,
        source,
        record_id as source_id,
        {{ utc('r.MetaData.CreateTime') }} as created_at,
        changed_at as updated_at,
        is_deleted,
        {{ nullif_blank(replace_all('r.Name', ' *[(]deleted[)] *$', '')) }} as name,
        {{ nullif_blank('r.ParentRef.name') }} as category,
        case when lower(r.Type) = 'service' then 'service' else 'product' end as kind,
        {{ as_decimal('r.UnitPrice') }} as unit_price,
        {{ unread(times=['r.MetaData.CreateTime'], decimals=['r.UnitPrice']) }} as parse_errors
    from source
    where coalesce(lower(r.Type), '') <> 'category'

)

select * from renamed
