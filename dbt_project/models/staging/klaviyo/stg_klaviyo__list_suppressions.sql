-- Whom one list's mails are not to reach, though others' may.
with source as (

    {{ latest('klaviyo', 'profiles', {
        'attributes': {'subscriptions': {'email': {'marketing': {
            'list_suppressions': {'each': ['list_id', 'reason', 'timestamp']}
        }}}}
    }) }}

),

unnested as (

    select
        source,
        record_id,
        changed_at,
        is_deleted,
        {{ each() }}(r.attributes.subscriptions.email.marketing.list_suppressions) as s
    from source

)

select distinct
    {{ global_id('record_id') }} as contact_id,
    source,
    record_id as source_id,
    changed_at as updated_at,
    is_deleted,
    false as email_consent,
    {{ utc('s.timestamp') }} as email_consent_at,
    {{ global_id('s.list_id') }} as list_id
from unnested
