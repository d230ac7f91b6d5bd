with source as (

    {{ latest('brevo', 'campaigns', ['name', 'subject', 'createdAt', 'modifiedAt', 'sentDate']) }}

),

renamed as (

    select
        {{ global_id('record_id') }} as campaign_id,
        source,
        record_id as source_id,
        {{ utc('r.createdAt') }} as created_at,
        coalesce({{ utc('r.modifiedAt') }}, changed_at) as updated_at,
        is_deleted,
        {{ nullif_blank('r.name') }} as name,
        {{ nullif_blank('r.subject') }} as subject,
        'email' as channel,
        {{ utc('r.sentDate') }} as sent_at,
        {{ unread(times=['r.createdAt', 'r.modifiedAt', 'r.sentDate']) }} as parse_errors
    from source

)

select * from renamed
