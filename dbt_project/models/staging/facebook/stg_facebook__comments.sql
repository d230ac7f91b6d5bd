-- What the page itself writes below its posts is said to nobody who is told.
with source as (

    {{ latest('facebook', 'comments', ['created_time', 'platform', 'person_id', 'is_own']) }}

)

select
    {{ global_id("'comments/' || record_id") }} as interaction_id,
    source,
    record_id as source_id,
    {{ utc('r.created_time') }} as created_at,
    changed_at as updated_at,
    is_deleted,
    {{ global_id("r.platform || '/' || r.person_id") }} as contact_id,
    'social' as kind,
    'inbound' as direction,
    {{ nullif_blank('r.platform') }} as channel,
    {{ utc('r.created_time') }} as happened_at,
    {{ unread(times=['r.created_time']) }} as parse_errors
from source
where
    is_deleted
    or (
        not coalesce({{ as_flag('r.is_own') }}, false)
        and {{ nullif_blank('r.person_id') }} is not null
    )
