with source as (

    {{ latest('woocommerce', 'products', {
        'name': 'text', 'virtual': 'text', 'price': 'text', 'categories': {'each': ['name']},
        'tags': {'each': ['name']}, 'date_created_gmt': 'text', 'date_modified_gmt': 'text'
    }) }}

),

renamed as (

    select
        {{ global_id('record_id') }} as product_id,
        source,
        record_id as source_id,
        {{ utc('r.date_created_gmt') }} as created_at,
        coalesce({{ utc('r.date_modified_gmt') }}, changed_at) as updated_at,
        is_deleted,
        {{ nullif_blank('r.name') }} as name,
        {{ nullif_blank(first_of('r.categories') ~ '.name') }} as category,
        case when {{ as_flag('r.virtual') }} then 'service' else 'product' end as kind,
        {{ nullif_blank(first_of('r.tags') ~ '.name') }} as features,
        {{ as_decimal('r.price') }} as unit_price,
        {{ unread(times=['r.date_created_gmt', 'r.date_modified_gmt'], decimals=['r.price']) }} as parse_errors
    from source

)

select * from renamed
