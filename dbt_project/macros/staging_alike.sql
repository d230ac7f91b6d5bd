{#- Staging models that several streams share, each whole: what differs is told by the model that calls them. -#}

{#- What every record has: its id here and there, when it was made and changed, whether it is gone. -#}
{% macro columns_of_record(id, created, updated) -%}
{{ crm360.global_id('record_id') }} as {{ id }},
        source,
        record_id as source_id,
        {{ crm360.utc('r.' ~ created) }} as created_at,
        coalesce({{ crm360.utc('r.' ~ updated) }}, changed_at) as updated_at,
        is_deleted
{%- endmacro %}

{#- People of a CRM's own, in whose charge records are. `fields` name the record's own: created, updated, email, and the
    expression `full_name` with the fields that it reads. -#}
{% macro owners_renamed(system, stream, created, updated, email, full_name, reads) -%}
with source as (

    {{ crm360.last_known(system, stream, reads + [email, created, updated]) }}

),

renamed as (

    select
        {{ crm360.columns_of_record('owner_id', created, updated) }},
        {{ crm360.nullif_blank(full_name) }} as name,
        lower({{ crm360.nullif_blank('r.' ~ email) }}) as email,
        {{ crm360.unread(times=['r.' ~ created, 'r.' ~ updated]) }} as parse_errors
    from source

)

select * from renamed
{%- endmacro %}

{#- HubSpot's engagements of one stream: a touch of every contact that one is associated with. `properties` are read
    beside the time; kind, channel, direction, subject and status are expressions over r.properties. -#}
{% macro hubspot_engagements(stream, properties, kind, channel, direction='cast(null as string)', subject='cast(null as string)', status='cast(null as string)') -%}
with source as (

    {{ crm360.latest('hubspot', stream, {
        'createdAt': 'text',
        'updatedAt': 'text',
        'properties': ['hs_timestamp'] + properties,
        'associations': {'contacts': {'results': {'each': ['id']}}}
    }) }}

),

renamed as (

    select
        {{ crm360.global_id("'" ~ stream ~ "/' || record_id") }} as engagement_id,
        source,
        record_id as source_id,
        {{ crm360.utc('r.createdAt') }} as created_at,
        coalesce({{ crm360.utc('r.updatedAt') }}, changed_at) as updated_at,
        is_deleted,
        r.associations.contacts.results as contacts,
        {{ kind }} as kind,
        {{ channel }} as channel,
        {{ direction }} as direction,
        {{ subject }} as subject,
        {{ status }} as status,
        {{ crm360.utc('r.properties.hs_timestamp') }} as happened_at,
        {{ crm360.unread(times=['r.createdAt', 'r.updatedAt', 'r.properties.hs_timestamp']) }} as parse_errors
    from source

)

select * from renamed
{%- endmacro %}

{#- People of a CRM whose contacts and leads are two lists of one make. `fields` are columns that are a field of the record as
    it is, `addresses` those that are an e-mail address, `columns` those that are an expression over r; `reads` are the fields that only
    expressions read, as shapes or names. `dates` are the fields of `columns` that are dates. -#}
{% macro people_renamed(system, stream, created, updated, fields, addresses, columns, reads={}, dates=[]) -%}
{%- set shape = {created: 'text', updated: 'text'} -%}
{%- for field in fields.values() | list + addresses.values() | list + dates -%}{% do shape.update({field: 'text'}) %}{%- endfor -%}
{%- do shape.update(reads) -%}
{%- set of_record = [] -%}
{%- for field in dates -%}{% do of_record.append('r.' ~ field) %}{%- endfor -%}
with source as (

    {{ crm360.latest(system, stream, shape) }}

),

renamed as (

    select
        {{ crm360.columns_of_record('contact_id', created, updated) }},
        {%- for column, field in fields.items() %}
        {{ crm360.nullif_blank('r.' ~ field) }} as {{ column }},
        {%- endfor %}
        {%- for column, field in addresses.items() %}
        lower({{ crm360.nullif_blank('r.' ~ field) }}) as {{ column }},
        {%- endfor %}
        {%- for column, expression in columns.items() %}
        {{ expression }} as {{ column }},
        {%- endfor %}
        {{ crm360.unread(times=['r.' ~ created, 'r.' ~ updated], dates=of_record) }} as parse_errors
    from source

)

select * from renamed
{%- endmacro %}

{#- What a survey's question asks for, by the words that stand in it, in lower case and with a blank on either side of each:
    `also` are further cases. A survey system has no field that says so. -#}
{% macro survey_kind(words, also='') -%}
    case
        when {{ words }} like '% nps %' then 'NPS'
        when {{ words }} like '% csat %' then 'CSAT'
        when {{ words }} like '% ces %' then 'CES'
        {{ also }}
        else 'other'
    end
{%- endmacro %}
