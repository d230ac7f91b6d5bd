with source as (

    {{ last_known('salesforce', 'users', ['Name', 'Email', 'CreatedDate', 'SystemModstamp']) }}

),

renamed as (

    select
        {{ global_id('record_id') }} as owner_id,
        source,
        record_id as source_id,
        {{ utc('r.CreatedDate') }} as created_at,
        coalesce({{ utc('r.SystemModstamp') }}, changed_at) as updated_at,
        is_deleted,
        {{ filled('r.Name') }} as name,
        lower({{ filled('r.Email') }}) as email,
        {{ unread(times=['r.CreatedDate', 'r.SystemModstamp']) }} as unread_fields
    from source

)

select * from renamed
