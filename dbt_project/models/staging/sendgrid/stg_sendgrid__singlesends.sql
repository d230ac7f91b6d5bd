with source as (

    {{ latest('sendgrid', 'singlesends', {
        'name': 'text', 'subject': 'text', 'status': 'text', 'send_at': 'text', 'created_at': 'text', 'updated_at': 'text',
        'stats': ['requests']
    }) }}

)

select
    {{ columns_of_record('campaign_id', 'created_at', 'updated_at') }},
    {{ nullif_blank('r.name') }} as name,
    {{ nullif_blank('r.subject') }} as subject,
    'email' as channel,
    case when r.status = 'triggered' then {{ utc('r.send_at') }} end as sent_at,
    {{ as_whole('r.stats.requests') }} as count_of_sent,
    {{ unread(times=['r.created_at', 'r.updated_at', 'r.send_at'], wholes=['r.stats.requests']) }} as parse_errors
from source
