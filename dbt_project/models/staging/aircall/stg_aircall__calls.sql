with source as (

    {{ latest('aircall', 'calls', {
        'direction': 'text', 'status': 'text', 'started_at': 'text', 'answered_at': 'text', 'ended_at': 'text',
        'raw_digits': 'text', 'contact': {'emails': {'each': ['value']}}
    }) }}

)

select
    {{ global_id('record_id') }} as interaction_id,
    source,
    record_id as source_id,
    {{ from_epoch('r.started_at') }} as created_at,
    changed_at as updated_at,
    is_deleted,
    lower({{ nullif_blank(first_of('r.contact.emails') ~ '.value') }}) as email,
    nullif({{ nullif_blank('r.raw_digits') }}, 'anonymous') as phone,
    'call' as kind,
    case when r.direction = 'inbound' then 'inbound' else 'outbound' end as direction,
    'phone' as channel,
    {{ from_epoch('r.started_at') }} as happened_at,
    {{ unread(wholes=['r.started_at', 'r.answered_at', 'r.ended_at']) }} as parse_errors
from source
where
    is_deleted
    or (
        r.status = 'done'
        and {{ nullif_blank('r.answered_at') }} is not null
    )
