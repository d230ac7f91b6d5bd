with source as (

    {{ last_known('zoho', 'users', ['full_name', 'email', 'created_time', 'Modified_Time']) }}

),

renamed as (

    select
        {{ global_id('record_id') }} as owner_id,
        source,
        record_id as source_id,
        {{ utc('r.created_time') }} as created_at,
        coalesce({{ utc('r.Modified_Time') }}, changed_at) as updated_at,
        is_deleted,
        {{ filled('r.full_name') }} as name,
        lower({{ filled('r.email') }}) as email,
        {{ unread(times=['r.created_time', 'r.Modified_Time']) }} as unread_fields
    from source

)

select * from renamed
