with source as (

    {{ last_known('front', 'teammates', ['first_name', 'last_name', 'email']) }}

)

select
    {{ global_id('record_id') }} as owner_id,
    source,
    record_id as source_id,
    cast(null as timestamp) as created_at,
    changed_at as updated_at,
    is_deleted,
    {{ nullif_blank("concat_ws(' ', nullif(r.first_name, ''), nullif(r.last_name, ''))") }} as name,
    lower({{ nullif_blank('r.email') }}) as email,
    cast(null as string) as parse_errors
from source
