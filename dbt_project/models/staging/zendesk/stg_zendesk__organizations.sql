with source as (

    {{ latest('zendesk', 'organizations', {
        'name': 'text', 'domain_names': {'each': 'text'}, 'created_at': 'text', 'updated_at': 'text'
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
        {{ nullif_blank('r.name') }} as name,
        lower({{ nullif_blank(first_of('r.domain_names')) }}) as domain,
        {{ unread(times=['r.created_at', 'r.updated_at']) }} as parse_errors
    from source

)

select * from renamed
