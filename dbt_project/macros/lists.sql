{#- Who is on a list where a contact tells the ids of its lists, and not what they are called, nor since when it is on each.
    `lists` are the fields of a contact that hold such ids, and whether it is still on those. -#}
{% macro list_members_of_contacts(system, lists) -%}
{%- set fields = {'email': 'text'} -%}
{%- for field in lists %}{% do fields.update({field: {'each': 'text'}}) %}{% endfor -%}
with source as (

    {{ crm360.latest(system, 'contacts', fields) }}

),

unnested as (

    {% for field, is_active in lists.items() -%}
    select
        source,
        record_id,
        changed_at,
        is_deleted,
        r.email,
        {{ is_active }} as is_active,
        {{ crm360.each() }}(r.{{ field }}) as list
    from source
    {% if not loop.last %}union all
    {% endif -%}
    {% endfor %}
)

select
    {{ crm360.global_id("'list/' || list || '/' || record_id") }} as list_member_id,
    source,
    record_id as source_id,
    cast(null as timestamp) as created_at,
    changed_at as updated_at,
    is_deleted,
    {{ crm360.global_id("'list/' || list") }} as list_id,
    'static' as list_kind,
    {{ crm360.global_id('record_id') }} as contact_id,
    lower({{ crm360.nullif_blank('email') }}) as email,
    bool_and(is_active) as is_active
from unnested
group by source, record_id, changed_at, is_deleted, list, email
{%- endmacro %}
