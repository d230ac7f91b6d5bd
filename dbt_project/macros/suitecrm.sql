{#- SuiteCRM's calls or meetings that were held, each a touch of the person whom it is filed under. -#}
{% macro suitecrm_held(stream, kind, channel, direction) -%}
with source as (

    {{ crm360.latest('suitecrm', stream, [
        'name', 'status', 'direction', 'date_start', 'parent_type', 'parent_id', 'date_entered', 'date_modified'
    ]) }}

)

select
    {{ crm360.global_id("'" ~ stream ~ "/' || record_id") }} as interaction_id,
    source,
    record_id as source_id,
    {{ crm360.utc('r.date_entered') }} as created_at,
    coalesce({{ crm360.utc('r.date_modified') }}, changed_at) as updated_at,
    is_deleted,
    case when r.parent_type in ('Contacts', 'Leads') then {{ crm360.global_id('r.parent_id') }} end as contact_id,
    '{{ kind }}' as kind,
    {{ direction }} as direction,
    {{ channel }} as channel,
    {{ crm360.nullif_blank('r.name') }} as subject,
    {{ crm360.utc('r.date_start') }} as happened_at,
    {{ crm360.unread(times=['r.date_entered', 'r.date_modified', 'r.date_start']) }} as parse_errors
from source
where
    is_deleted
    or r.status = 'Held'
{%- endmacro %}

{#- Where a person's record has what; those of contacts and leads are alike. -#}
{% macro suitecrm_person() %}{% do return({
    'full_name': 'full_name', 'first_name': 'first_name', 'last_name': 'last_name', 'work_phone': 'phone_work',
    'mobile_phone': 'phone_mobile', 'home_phone': 'phone_home', 'company_name': 'account_name', 'job_title': 'title',
    'street': 'primary_address_street', 'city': 'primary_address_city', 'region': 'primary_address_state',
    'postal_code': 'primary_address_postalcode', 'country': 'primary_address_country'
}) %}{% endmacro %}
