-- Who is, or was, in an audience; on it is who is subscribed to it.
with source as (

    {{ latest('mailchimp', 'members', {
        'email_address': 'text', 'list_id': 'text', 'status': 'text', 'last_changed': 'text', 'timestamp_opt': 'text'
    }) }}

)

select
    {{ global_id('record_id') }} as list_member_id,
    source,
    record_id as source_id,
    {{ utc('r.timestamp_opt') }} as created_at,
    coalesce({{ utc('r.last_changed') }}, changed_at) as updated_at,
    is_deleted,
    {{ global_id("coalesce(" ~ nullif_blank('r.list_id') ~ ", split_part(record_id, '/', 1))") }} as list_id,
    'static' as list_kind,
    {{ global_id('record_id') }} as contact_id,
    lower({{ nullif_blank('r.email_address') }}) as email,
    {{ utc('r.timestamp_opt') }} as joined_at,
    coalesce(lower({{ nullif_blank('r.status') }}) = 'subscribed', false) as is_active
from source
