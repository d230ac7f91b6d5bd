-- Whom one list's mails are not to reach, though others' may.
with source as (

    {{ latest('brevo', 'contacts', {'listUnsubscribed': {'each': 'text'}}) }}

),

unnested as (

    select
        source,
        record_id,
        changed_at,
        is_deleted,
        {{ each() }}(r.listUnsubscribed) as list
    from source

)

select distinct
    {{ global_id('record_id') }} as contact_id,
    source,
    record_id as source_id,
    changed_at as updated_at,
    is_deleted,
    false as email_consent,
    {{ global_id("'list/' || list") }} as list_id
from unnested
