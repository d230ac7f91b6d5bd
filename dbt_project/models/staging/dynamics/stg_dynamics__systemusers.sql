with source as (

    {{ last_known('dynamics', 'systemusers', ['fullname', 'internalemailaddress', 'createdon', 'modifiedon']) }}

),

renamed as (

    select
        {{ global_id('record_id') }} as owner_id,
        source,
        record_id as source_id,
        {{ utc('r.createdon') }} as created_at,
        coalesce({{ utc('r.modifiedon') }}, changed_at) as updated_at,
        is_deleted,
        {{ filled('r.fullname') }} as name,
        lower({{ filled('r.internalemailaddress') }}) as email,
        {{ unread(times=['r.createdon', 'r.modifiedon']) }} as unread_fields
    from source

)

select * from renamed
