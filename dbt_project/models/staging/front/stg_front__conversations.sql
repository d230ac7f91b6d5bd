-- What colleagues discuss among themselves, and their tasks, is no customer's.
with source as (

    {{ latest('front', 'conversations', [
        'type', 'subject', 'status', 'status_category', 'assignee_id', 'contact_id', 'created'
    ]) }}

),

told as (

    select
        *,
        coalesce(
            {{ nullif_blank('r.status_category') }},
            case r.status when 'archived' then 'resolved' when 'assigned' then 'open' when 'unassigned' then 'open' end
        ) as stage
    from source
    where
        is_deleted
        or coalesce(r.type, 'conversation') = 'conversation'

)

select
    {{ global_id('record_id') }} as ticket_id,
    source,
    record_id as source_id,
    {{ utc('r.created') }} as created_at,
    changed_at as updated_at,
    is_deleted,
    {{ global_id('r.contact_id') }} as contact_id,
    {{ nullif_blank('r.subject') }} as subject,
    case stage when 'resolved' then 'solved' when 'waiting' then 'pending' else stage end as status,
    {{ global_id('r.assignee_id') }} as agent_id,
    case when stage = 'resolved' then true when stage is not null then false end as is_closed,
    {{ unread(times=['r.created']) }} as parse_errors
from told
