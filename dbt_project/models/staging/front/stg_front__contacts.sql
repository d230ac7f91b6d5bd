{%- set handle = {} %}
{%- for kind in ['email', 'phone', 'twitter'] %}
    {%- do handle.update({
        kind: nullif_blank(first_of(those_with('r.handles', "e.source = '" ~ kind ~ "'")) ~ '.handle')
    }) %}
{%- endfor %}
with source as (

    {{ latest('front', 'contacts', {'name': 'text', 'handles': {'each': ['handle', 'source']}}) }}

)

select
    {{ global_id('record_id') }} as contact_id,
    source,
    record_id as source_id,
    cast(null as timestamp) as created_at,
    changed_at as updated_at,
    is_deleted,
    {{ nullif_blank('r.name') }} as full_name,
    lower({{ handle.email }}) as email,
    {{ handle.phone }} as phone,
    {{ handle.twitter }} as twitter_handle,
    cast(null as string) as parse_errors
from source
