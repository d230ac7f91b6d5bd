{#-
    Who may be written to. Three answers: opted in, opted out, unknown; the absence of a refusal is no permission.
    `consent_fields` has every field in which a person says something about being written to, as the staging models declare it
    (`config: {meta: {consents: […]}}`): channel; word, the staging column (true: opted in, false: opted out, null: says nothing);
    field, the vendor's own name of it, or field_of, the column that holds the name; and where the vendor tells them, at, the time
    of the word, list, what it is about, and email, the address.
-#}
{% macro consent_fields() %}
{% do return(crm360.registry().consents + crm360.mapped_consent_fields()) %}
{% endmacro %}

{#- The consent fields of mapped systems: an opt-in column that says yes or no, and an opt-out column that can only refuse. -#}
{% macro mapped_consent_fields() %}
    {% set fields = [] %}
    {% for channel in ['email', 'sms', 'phone'] %}
        {% for name, word in {
            channel ~ '_consent': channel ~ '_consent', channel ~ '_opt_out': 'not nullif(' ~ channel ~ '_opt_out, false)'
        }.items() %}
            {% do fields.append({
                'model': 'stg_mapped__contacts', 'channel': channel, 'word': word, 'at': 'consent_at',
                'list': 'consent_list_id', 'field_of': crm360.mapped_name_of('contacts', name)
            }) %}
        {% endfor %}
    {% endfor %}
    {% do return(fields) %}
{% endmacro %}

{#- The column that a mapping takes an entity's field from, as SQL over source and stream; the field's own name for a constant. -#}
{% macro mapped_name_of(entity, field) -%}
    case
        {%- for mapping in var('mappings', []) if mapping.entity == entity and field in (mapping.fields or {}) %}
        {%- set spec = mapping.fields[field] %}
        when source = {{ crm360.quoted(mapping.source) }} and stream = {{ crm360.quoted(mapping.stream) }}
            then {{ crm360.quoted(spec if spec is string else spec.column or field) }}
        {%- endfor %}
        when true then {{ crm360.quoted(field) }}
    end
{%- endmacro %}

{#- What a vendor's opt-out flag says: a set flag refuses, and one that is not set says nothing at all. -#}
{% macro refusal(text) -%}not nullif({{ crm360.as_flag(text) }}, false){%- endmacro %}

{#- The answer in words, from true, false or null. -#}
{% macro consent_state(word) -%}
    case {{ word }} when true then 'opted_in' when false then 'opted_out' else 'unknown' end
{%- endmacro %}
