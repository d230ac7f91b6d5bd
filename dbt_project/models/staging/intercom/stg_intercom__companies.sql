with source as (

    {{ latest('intercom', 'companies', ['name', 'website', 'industry', 'size', 'created_at', 'updated_at']) }}

),

renamed as (

    select
        {{ global_id('record_id') }} as company_id,
        source,
        record_id as source_id,
        {{ from_epoch('r.created_at') }} as created_at,
        coalesce({{ from_epoch('r.updated_at') }}, changed_at) as updated_at,
        is_deleted,
        {{ global_id('merged_into') }} as merged_into,
        {{ nullif_blank('r.name') }} as name,
        {{ domain_of('r.website') }} as domain,
        {{ nullif_blank('r.industry') }} as industry,
        nullif({{ as_whole('r.size') }}, 0) as size,
        {{ unread(wholes=['r.size', 'r.created_at', 'r.updated_at']) }} as parse_errors
    from source

)

select * from renamed
