-- One row per message between a page and a person: that it was written, never what.
with source as (

    {{ latest('facebook', 'messages', ['created_time', 'platform', 'person_id', 'is_own']) }}

)

select
    {{ global_id("'messages/' || record_id") }} as interaction_id,
    source,
    record_id as source_id,
    {{ utc('r.created_time') }} as created_at,
    changed_at as updated_at,
    is_deleted,
    {{ global_id("r.platform || '/' || r.person_id") }} as contact_id,
    'chat' as kind,
    case
        when {{ as_flag('r.is_own') }} then 'outbound'
        when not is_deleted then 'inbound'
    end as direction,
    {{ nullif_blank('r.platform') }} as channel,
    {{ utc('r.created_time') }} as happened_at,
    {{ unread(times=['r.created_time']) }} as parse_errors
from source
