{#- A contact tells the ids of its lists, and not what they are called. Since when it is on each is not told. -#}
with source as (

    {{ latest('sendgrid', 'contacts', {'email': 'text', 'list_ids': {'each': 'text'}}) }}

),

unnested as (

    select
        source,
        record_id,
        changed_at,
        is_deleted,
        r.email,
        true as is_active,
        {{ each() }}(r.list_ids) as list
    from source

)

select
    {{ global_id("'list/' || list || '/' || record_id") }} as list_member_id,
    source,
    record_id as source_id,
    cast(null as timestamp) as created_at,
    changed_at as updated_at,
    is_deleted,
    {{ global_id("'list/' || list") }} as list_id,
    'static' as list_kind,
    {{ global_id('record_id') }} as contact_id,
    lower({{ nullif_blank('email') }}) as email,
    bool_and(is_active) as is_active
from unnested
group by source, record_id, changed_at, is_deleted, list, email
