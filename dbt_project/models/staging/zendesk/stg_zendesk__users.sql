with source as (

    {{ latest('zendesk', 'users', [
        'name', 'email', 'phone', 'role', 'organization_id', 'active', 'locale', 'created_at', 'updated_at'
    ]) }}

),

renamed as (

    select
        {{ global_id('record_id') }} as contact_id,
        source,
        record_id as source_id,
        {{ utc('r.created_at') }} as created_at,
        coalesce({{ utc('r.updated_at') }}, changed_at) as updated_at,
        is_deleted,
        {{ global_id('merged_into') }} as merged_into,
        coalesce(r.role, 'end-user') as role,
        {{ nullif_blank('r.name') }} as full_name,
        lower({{ nullif_blank('r.email') }}) as email,
        {{ nullif_blank('r.phone') }} as phone,
        {{ global_id('r.organization_id') }} as company_id,
        {{ nullif_blank('r.locale') }} as language,
        {{ unread(times=['r.created_at', 'r.updated_at']) }} as parse_errors
    from source

)

select * from renamed
