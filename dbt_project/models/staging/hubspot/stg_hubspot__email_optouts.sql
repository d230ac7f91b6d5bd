-- HubSpot keeps one property a subscription type, hs_email_optout_<number>, and makes it anew with each type: the names
-- are read from the record itself.
with contacts as (

    {{ newest_versions(source('hubspot', 'contacts')) }}

),

told as (

    select
        source,
        record_id,
        changed_at,
        is_deleted,
        {{ each() }}({{ found_all('record', '"hs_email_optout_([0-9]+)"\\s*:\\s*"?true') }}) as subscription_id
    from contacts
    where record like '%hs_email_optout_%'

)

select distinct
    {{ global_id('record_id') }} as contact_id,
    source,
    record_id as source_id,
    changed_at as updated_at,
    is_deleted,
    false as email_consent,
    'hs_email_optout_' || subscription_id as consent_field,
    {{ global_id("'subscription/' || subscription_id") }} as list_id
from told
