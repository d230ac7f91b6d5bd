with source as (

    {{ latest('freshdesk', 'companies', {
        'name': 'text', 'domains': {'each': 'text'}, 'industry': 'text', 'created_at': 'text', 'updated_at': 'text'
    }) }}

),

renamed as (

    select
        {{ global_id('record_id') }} as company_id,
        source,
        record_id as source_id,
        {{ utc('r.created_at') }} as created_at,
        coalesce({{ utc('r.updated_at') }}, changed_at) as updated_at,
        is_deleted,
        {{ global_id('merged_into') }} as merged_into,
        {{ filled('r.name') }} as name,
        lower({{ filled(first_of('r.domains')) }}) as domain,
        {{ filled('r.industry') }} as industry,
        {{ unread(times=['r.created_at', 'r.updated_at']) }} as unread_fields
    from source

)

select * from renamed
