with source as (

    {{ latest('loyaltylion', 'customers', {
        'email': 'text', 'properties': ['name', 'first_name', 'last_name'], 'birthday': 'text', 'created_at': 'text'
    }) }}

)

select
    {{ global_id('record_id') }} as contact_id,
    source,
    record_id as source_id,
    {{ utc('r.created_at') }} as created_at,
    changed_at as updated_at,
    is_deleted,
    {{ nullif_blank('r.properties.name') }} as full_name,
    {{ nullif_blank('r.properties.first_name') }} as first_name,
    {{ nullif_blank('r.properties.last_name') }} as last_name,
    lower({{ nullif_blank('r.email') }}) as email,
    {{ as_date('r.birthday') }} as birth_date,
    {{ unread(times=['r.created_at'], dates=['r.birthday']) }} as parse_errors
from source
