with source as (

    {{ latest('mailchimp', 'campaigns', {
        'create_time': 'text', 'send_time': 'text', 'emails_sent': 'text',
        'recipients': ['list_id'], 'settings': ['title', 'subject_line']
    }) }}

),

renamed as (

    select
        {{ global_id('record_id') }} as campaign_id,
        source,
        record_id as source_id,
        {{ utc('r.create_time') }} as created_at,
        changed_at as updated_at,
        is_deleted,
        coalesce({{ nullif_blank('r.settings.title') }}, {{ nullif_blank('r.settings.subject_line') }}) as name,
        {{ nullif_blank('r.settings.subject_line') }} as subject,
        'email' as channel,
        {{ global_id('r.recipients.list_id') }} as list_id,
        {{ utc('r.send_time') }} as sent_at,
        {{ as_whole('r.emails_sent') }} as count_of_sent,
        {{ unread(times=['r.create_time', 'r.send_time'], wholes=['r.emails_sent']) }} as parse_errors
    from source

)

select * from renamed
