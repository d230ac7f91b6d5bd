{#- How words are written the same whoever wrote them: case, currencies, web domains. Vendors' models call these macros by
    name; a mapped field gets what its column asks for, so that no system is read otherwise than another. -#}

{#- An ISO currency code from a code in any case, or from a sign or word that means one currency only ($ means several). -#}
{% macro as_currency(text) -%}
    case
        when upper({{ text }}) in ('€', 'EURO') then 'EUR'
        when {{ text }} = '£' then 'GBP'
        when upper({{ text }}) = 'US$' then 'USD'
        else upper({{ crm360.filled(text) }})
    end
{%- endmacro %}

{#- The columns of an entity that hold words of a list, and are compared: they are kept in lower case. -#}
{% macro columns_of_words(entity) %}
    {% set words = {
        'contacts': ['gender', 'lead_source', 'lead_direction', 'lead_status', 'lifecycle_stage'],
        'orders': ['order_kind', 'status', 'sale_state'],
        'products': ['kind'],
        'campaigns': ['channel'],
        'email_events': ['event'],
        'tickets': ['status', 'priority', 'type', 'channel', 'satisfaction'],
        'invoices': ['status'],
        'payments': ['kind', 'status'],
        'interactions': ['kind', 'direction', 'channel']
    } %}
    {% do return(words.get(entity, [])) %}
{% endmacro %}

{#- A mapped field's text as the vendors' models write that column. -#}
{% macro normalised(entity, column, text) -%}
    {%- if column in ['email', 'other_emails'] or column in crm360.columns_of_words(entity) -%}
        lower({{ crm360.filled(text) }})
    {%- elif column == 'currency' -%}
        {{ crm360.as_currency(text) }}
    {%- elif column == 'domain' -%}
        {{ crm360.domain_of(text) }}
    {%- else -%}
        {{ text }}
    {%- endif -%}
{%- endmacro %}

{#- The text, or, where a mapping says what a status means (`status_map`), that meaning. -#}
{% macro status_mapped(text, status_map) -%}
    {%- if status_map -%}
    case {{ crm360.status_word(text) }}
        {%- for word, meaning in status_map.items() %}
        when {{ crm360.status_word(crm360.quoted(word)) }} then {{ crm360.quoted(meaning) }}
        {%- endfor %}
        else {{ text }}
    end
    {%- else -%}
        {{ text }}
    {%- endif -%}
{%- endmacro %}

{#-
    A mapped entity as vendors' models write it: words, currencies and statuses normalised. Of the mapping, `status_map` gives
    a status its meaning, and `nobody` lists the ids that stand for no person, which make none and are referred to by none.
-#}
{% macro mapped_entity(entity, id) -%}
    {%- set columns = crm360.columns_of(entity, id) -%}
    {%- do columns.update(crm360.mapped_beside(entity)) -%}
    select
        {%- for column, type in columns.items() %}
        {%- if column == 'contact_id' %}
        {{ crm360.salesforce_id(crm360.somebody(entity, column)) }} as {{ column }},
        {%- elif column != 'source_id' and column.endswith('_id') %}
        {{ crm360.salesforce_id(column) }} as {{ column }},
        {%- elif column == 'status' %}
        {{ crm360.status_told(entity) }} as status,
        {%- elif type == 'string' %}
        {{ crm360.normalised(entity, column, column) }} as {{ column }},
        {%- else %}
        {{ column }},
        {%- endif %}
        {%- endfor %}
        stream,
        unread_fields
    from ({{ crm360.mapped(entity, id) }}) as as_mapped
    {%- if entity == 'contacts' %}
    where {{ crm360.somebody(entity, 'contact_id') }} is not null
    {%- endif %}
{%- endmacro %}

{#- An id, or null where the mapping says that it means nobody. -#}
{% macro somebody(entity, column) -%}
    case
        {%- for mapping in var('mappings', []) if mapping.entity == entity and mapping.nobody %}
        when
            source = {{ crm360.quoted(mapping.source) }}
            and stream = {{ crm360.quoted(mapping.stream) }}
            and {{ column }} in (
                {%- for word in mapping.nobody %}{{ crm360.quoted(mapping.source ~ ':' ~ word) }}{{ ', ' if not loop.last }}{% endfor -%}
            ) then null
        {%- endfor %}
        when true then {{ column }}
    end
{%- endmacro %}

{#- The status in lower case, or the meaning that the record's mapping gives it. -#}
{% macro status_told(entity) -%}
    {%- set plain = crm360.normalised(entity, 'status', 'status') -%}
    case
        {%- for mapping in var('mappings', []) if mapping.entity == entity and mapping.status_map %}
        when source = {{ crm360.quoted(mapping.source) }} and stream = {{ crm360.quoted(mapping.stream) }}
            then {{ crm360.status_mapped(plain, mapping.status_map) }}
        {%- endfor %}
        when true then {{ plain }}
    end
{%- endmacro %}
