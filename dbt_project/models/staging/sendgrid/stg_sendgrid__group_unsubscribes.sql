-- Whom one group of mails is not to reach, though others may.
with source as (

    {{ latest('sendgrid', 'group_unsubscribes', ['email', 'group_id', 'created_at']) }}

)

select
    cast(null as string) as contact_id,
    source,
    record_id as source_id,
    changed_at as updated_at,
    is_deleted,
    lower({{ nullif_blank('r.email') }}) as email,
    false as email_consent,
    {{ from_epoch('r.created_at') }} as email_consent_at,
    {{ global_id("'group/' || r.group_id") }} as list_id
from source
