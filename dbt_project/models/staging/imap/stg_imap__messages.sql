with source as (

    {{ latest('imap', 'messages', {
        'direction': 'text', 'received_at': 'text', 'sent_at': 'text', 'from_name': 'text', 'from_email': 'text',
        'to': {'each': 'text'}, 'cc': {'each': 'text'}, 'subject': 'text', 'in_reply_to': 'text', 'preview': 'text'
    }) }}

),

renamed as (

    select
        {{ global_id('record_id') }} as message_id,
        source,
        record_id as source_id,
        coalesce({{ utc('r.received_at') }}, {{ utc('r.sent_at') }}) as created_at,
        changed_at as updated_at,
        is_deleted,
        case r.direction when 'out' then 'outbound' when 'in' then 'inbound' end as direction,
        {{ nullif_blank('r.from_name') }} as from_name,
        {{ nullif_blank('r.from_email') }} as from_email,
        r.to as to_emails,
        r.cc as cc_emails,
        {{ nullif_blank('r.subject') }} as subject,
        -- Without the brackets, as messages are known; of several the first.
        {{ nullif_blank(replace_all('r.in_reply_to', '^\\s*<|>.*$', '')) }} as in_reply_to,
        {{ nullif_blank('r.preview') }} as preview,
        {{ unread(times=['r.received_at', 'r.sent_at']) }} as parse_errors
    from source

)

select * from renamed
