with source as (

    {{ last_known('hubspot', 'owners', ['firstName', 'lastName', 'email', 'createdAt', 'updatedAt']) }}

),

renamed as (

    select
        {{ global_id('record_id') }} as owner_id,
        source,
        record_id as source_id,
        {{ utc('r.createdAt') }} as created_at,
        coalesce({{ utc('r.updatedAt') }}, changed_at) as updated_at,
        is_deleted,
        {{ filled("concat_ws(' ', r.firstName, r.lastName)") }} as name,
        lower({{ filled('r.email') }}) as email,
        {{ unread(times=['r.createdAt', 'r.updatedAt']) }} as unread_fields
    from source

)

select * from renamed
