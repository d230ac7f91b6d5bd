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

{#- The words by which people and programs write whether somebody may be written to: true for a yes, false for a no, as status_word
    gives them. What neither says, such as pending, is in no list: it is no answer. -#}
{% macro consent_words() %}
{% do return({
    'true': [
        'subscribed', 'subscribe', 'opt in', 'optin', 'opted in', 'double opt in', 'single opt in', 'doi', 'consented', 'consent', 'consent given',
        'granted', 'given', 'agreed', 'accepted', 'allowed', 'permitted', 'confirmed', 'angemeldet', 'abonniert', 'eingewilligt',
        'einwilligung', 'einwilligung erteilt', 'zugestimmt', 'zustimmung', 'zustimmung erteilt', 'erteilt', 'erlaubt', 'bestätigt', 'eingetragen',
        'abonné', 'abonnée', 'inscrit', 'inscrite', 'accepté', 'acceptée', 'consenti', 'suscrito', 'suscrita', 'aceptado', 'aceptada', 'autorizado',
        'iscritto', 'iscritta', 'accettato', 'acconsentito', 'aangemeld', 'ingeschreven', 'geabonneerd', 'toegestaan', 'akkoord', 'inscrito',
        'inscrita', 'aceito', 'aceite', 'subscrito'
    ],
    'false': [
        'unsubscribed', 'unsubscribe', 'opt out', 'optout', 'opted out', 'revoked', 'withdrawn', 'denied', 'declined', 'refused', 'rejected',
        'not subscribed', 'non subscribed', 'never', 'do not contact', 'do not email', 'do not call', 'blocked', 'abgemeldet', 'abbestellt',
        'ausgetragen', 'widerrufen', 'widersprochen', 'widerspruch', 'abgelehnt', 'verweigert', 'gesperrt', 'nicht angemeldet', 'keine einwilligung',
        'keine werbung', 'désabonné', 'désabonnée', 'désinscrit', 'désinscrite', 'refusé', 'refusée', 'retiré', 'dado de baja', 'baja',
        'no suscrito', 'no suscrita', 'rechazado', 'rechazada', 'revocado', 'disiscritto', 'disiscritta', 'cancellato', 'rifiutato', 'revocato',
        'afgemeld', 'uitgeschreven', 'geweigerd', 'ingetrokken', 'descadastrado', 'cancelado', 'recusado', 'revogado'
    ]
}) %}
{% endmacro %}

{#- The columns that say whether somebody may be written to; true of those by which somebody refuses. -#}
{% macro consent_columns() %}
{% do return({
    'email_consent': false, 'sms_consent': false, 'phone_consent': false, 'email_opt_out': true, 'sms_opt_out': true, 'phone_opt_out': true,
    'has_consented': false
}) %}
{% endmacro %}

{#- What words mean in a column that is yes or no, beside yes and no themselves: true and false, each with its words. -#}
{% macro flag_meanings(column) %}
{% set said = crm360.consent_words() %}
{% set deals, tickets, tasks = crm360.status_meanings('deals'), crm360.status_meanings('tickets'), crm360.status_meanings('tasks') %}
{% if crm360.consent_columns().get(column) %}
    {% do return({'true': said.false, 'false': said.true}) %}
{% elif column in crm360.consent_columns() or column == 'is_active' %}
    {% do return({'true': said.true + (['active', 'aktiv'] if column == 'is_active' else []),
                  'false': said.false + (['inactive', 'inaktiv'] if column == 'is_active' else [])}) %}
{% endif %}
{% do return({
    'is_won': {'true': deals.won, 'false': deals.lost + tickets.open},
    'is_closed': {'true': deals.won + deals.lost + tickets.solved + tickets.closed, 'false': tickets.open},
    'is_done': {'true': tasks.done, 'false': tasks.open}
}.get(column, {})) %}
{% endmacro %}

{#- What a vendor's opt-out flag says: a set flag refuses, and one that is not set says nothing at all. -#}
{% macro refusal(text) -%}not nullif({{ crm360.as_flag(text) }}, false){%- endmacro %}

{#- The answer in words, from true, false or null. -#}
{% macro consent_state(word) -%}
    case {{ word }} when true then 'opted_in' when false then 'opted_out' else 'unknown' end
{%- endmacro %}
