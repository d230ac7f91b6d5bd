with source as (

    {{ latest('hubspot', 'list_members', {'listId': 'text', 'recordId': 'text', 'membershipTimestamp': 'text'}) }}

)

select
    {{ global_id("'list/' || record_id") }} as list_member_id,
    source,
    record_id as source_id,
    {{ utc('r.membershipTimestamp') }} as created_at,
    changed_at as updated_at,
    is_deleted,
    {{ global_id("'list/' || r.listId") }} as list_id,
    {{ global_id('r.recordId') }} as contact_id,
    {{ utc('r.membershipTimestamp') }} as joined_at,
    not is_deleted as is_active,
    {{ unread(times=['r.membershipTimestamp']) }} as parse_errors
from source
