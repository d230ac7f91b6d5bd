{#- SendGrid's suppressions of one list, each the event that put an address there. They have no id: what they are known by holds
    the address, and so the event is called by a hash of it. -#}
{% macro sendgrid_suppressions(stream, event) -%}
with source as (

    {{ crm360.latest('sendgrid', stream, ['email', 'created']) }}

)

select
    {{ crm360.global_id("'" ~ stream ~ "/' || substring(md5(record_id), 1, 16)") }} as email_event_id,
    source,
    '{{ stream }}/' || substring(md5(record_id), 1, 16) as source_id,
    record_id,
    {{ crm360.from_epoch('r.created') }} as created_at,
    changed_at as updated_at,
    is_deleted,
    lower({{ crm360.nullif_blank('r.email') }}) as email,
    '{{ event }}' as event,
    {{ crm360.from_epoch('r.created') }} as event_at,
    {{ crm360.unread(wholes=['r.created']) }} as parse_errors
from source
{%- endmacro %}
