-- One row per change of a source's records, as pulls noticed it: a field that is new, is gone, or has another type.
with

changes as (

    select * from {{ source('landing', 'schema_changes') }}

)

select
    source,
    {{ brand_of('source') }} as brand,
    stream,
    field,
    change,
    type_before,
    type_now,
    changed_at,
    batch_id
from changes
