{{ config(materialized='view') }}

with source as (

    {{ latest('hubspot', 'form_submissions', ['formName', 'email']) }}

)

select
    {{ global_id("'forms/' || record_id") }} as interaction_id,
    source,
    record_id as source_id,
    changed_at as created_at,
    changed_at as updated_at,
    is_deleted,
    lower({{ nullif_blank('r.email') }}) as email,
    'form' as kind,
    'inbound' as direction,
    'web' as channel,
    {{ nullif_blank('r.formName') }} as subject,
    changed_at as happened_at,
    cast(null as string) as parse_errors
from source
