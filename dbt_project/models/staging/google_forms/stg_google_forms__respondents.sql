-- Who is known by no address is nobody who could be found again.
with source as (

    {{ latest('google_forms', 'responses', ['createTime', 'respondentEmail']) }}

)

select
    {{ global_id('record_id') }} as contact_id,
    source,
    record_id as source_id,
    {{ utc('r.createTime') }} as created_at,
    changed_at as updated_at,
    is_deleted,
    lower({{ nullif_blank('r.respondentEmail') }}) as email,
    {{ unread(times=['r.createTime']) }} as parse_errors
from source
where
    is_deleted
    or {{ nullif_blank('r.respondentEmail') }} is not null
