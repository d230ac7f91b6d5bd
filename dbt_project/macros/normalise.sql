{#- How words are written the same whoever wrote them: case, currencies, web domains. Vendors' models call these macros by
    name; a mapped field gets what its column asks for, so that no system is read otherwise than another. -#}

{#- How currencies are written beside their ISO codes, in capitals and without blanks and points. What several share ($, kr, ¥) is
    in no list. -#}
{% macro currency_words() %}
{% do return({
    'EUR': ['€', 'EURO', 'EUROS', 'EUR€', '€EUR'],
    'GBP': ['£', 'GB£', 'UK£', '£GBP', 'GBP£', 'STG', 'STERLING', 'POUNDSTERLING', 'POUNDSSTERLING', 'BRITISHPOUND', 'BRITISHPOUNDS'],
    'USD': ['US$', 'USD$', '$US', 'USDOLLAR', 'USDOLLARS', 'US-DOLLAR', 'US-DOLLARS'],
    'CHF': ['FR', 'SFR', 'FRS', 'FRANKEN', 'SCHWEIZERFRANKEN', 'SWISSFRANC', 'SWISSFRANCS', 'FRANCSUISSE', 'FRANCSSUISSES'],
    'BRL': ['R$', 'BRL$', 'REAL', 'REAIS'], 'CAD': ['C$', 'CA$', 'CAN$', 'CAD$'], 'AUD': ['A$', 'AU$', 'AUD$'],
    'NZD': ['NZ$', 'NZD$'], 'HKD': ['HK$'], 'SGD': ['S$', 'SG$'], 'TWD': ['NT$'], 'MXN': ['MX$', 'MEX$'],
    'PLN': ['ZŁ', 'ZL', 'ZŁOTY', 'ZLOTY'], 'CZK': ['KČ', 'KC'], 'HUF': ['FT', 'FORINT'], 'NOK': ['NKR'], 'SEK': ['SKR'], 'DKK': ['DKR'],
    'JPY': ['JP¥', 'JPY¥', '円', 'YEN'], 'CNY': ['CN¥', 'RMB', '元', 'YUAN', 'RENMINBI'], 'INR': ['₹'], 'TRY': ['₺', 'TL'],
    'RUB': ['₽'], 'UAH': ['₴'], 'KRW': ['₩'], 'ILS': ['₪', 'NIS'], 'THB': ['฿'], 'VND': ['₫'], 'PHP': ['₱'], 'NGN': ['₦'], 'BGN': ['ЛВ']
}) %}
{% endmacro %}

{#- An ISO currency code from a code in any case, or from a sign or word that means one currency only. One text is searched in,
    for a list of cases takes DuckDB long to understand. -#}
{% macro as_currency(text) -%}
    {%- set listed = namespace(words='|') -%}
    {%- for code, words in crm360.currency_words().items() -%}
        {%- for word in words -%}{%- set listed.words = listed.words ~ word ~ '=' ~ code ~ '|' -%}{%- endfor -%}
    {%- endfor -%}
    {%- set bare = crm360.replace_all('upper(' ~ text ~ ')', '[\\s.\u00a0\u202f]', '') -%}
    {%- set at = "position('|' || " ~ bare ~ " || '=' in " ~ crm360.quoted(listed.words) ~ ")" -%}
    case
        when {{ at }} > 0 then substring({{ crm360.quoted(listed.words) }}, {{ at }} + length({{ bare }}) + 2, 3)
        when {{ crm360.matches(bare, '^[A-Z]{3}$') }} then {{ crm360.nullif_blank(bare) }}
        else upper({{ crm360.nullif_blank(text) }})
    end
{%- endmacro %}

{#- The columns of an entity that hold words of a list, and are compared: they are kept in lower case. -#}
{% macro columns_of_words(entity) %}
    {% set words = {
        'contacts': ['gender', 'lead_source', 'lead_direction', 'lead_status', 'lifecycle_stage'],
        'orders': ['order_kind', 'status', 'sale_state'],
        'products': ['kind'],
        'campaigns': ['channel'],
        'tickets': ['status', 'priority', 'type', 'channel', 'satisfaction'],
        'reviews': ['status'],
        'loyalty_balances': ['status'],
        'loyalty_events': ['kind'],
        'quotes': ['status', 'quote_state'],
        'list_members': ['list_kind'],
        'invoices': ['status'],
        'subscriptions': ['status'],
        'tasks': ['kind', 'status', 'priority'],
        'payments': ['kind', 'status'],
        'interactions': ['kind', 'direction', 'channel'],
        'web_events': ['event']
    } %}
    {% do return(words.get(entity, [])) %}
{% endmacro %}

{#- The columns of an entity whose words are a closed list, as the vendors' models write them. A word that a file or an API
    has beside them is kept as 'other' (a direction of leads as none), and data_quality counts it and shows it. -#}
{% macro closed_words(entity) %}
    {% set words = {
        'contacts': {'lead_direction': ['inbound', 'outbound']},
        'surveys': {'kind': ['CSAT', 'NPS', 'CES']},
        'loyalty_events': {'kind': ['earned', 'spent', 'expired', 'adjusted']},
        'list_members': {'list_kind': ['static', 'dynamic']},
        'orders': {'order_kind': ['sale', 'cancellation', 'adjustment', 'test']},
        'products': {'kind': ['product', 'service']},
        'tickets': {'satisfaction': ['satisfied', 'dissatisfied']},
        'interactions': {
            'kind': ['call', 'chat', 'sms', 'meeting', 'social', 'web visit', 'form', 'email'],
            'direction': ['inbound', 'outbound', 'internal']
        },
        'email_events': {
            'event': ['sent', 'delivered', 'opened', 'clicked', 'bounced', 'unsubscribed', 'complained', 'replied']
        },
        'web_events': {
            'event': ['page view', 'form submitted', 'cart updated', 'checkout started', 'order', 'identify']
        }
    } %}
    {% do return(words.get(entity, {})) %}
{% endmacro %}

{#- Whether a mapped record has a word that its column's list has not. -#}
{% macro is_unknown_word(entity, column) -%}
    coalesce({{ crm360.normalised(entity, column, column) }} not in (
        {%- for word in crm360.closed_words(entity)[column] %}{{ crm360.quoted(word) }}{{ ', ' if not loop.last }}{% endfor -%}
    ), false)
{%- endmacro %}

{#- What became of an e-mail, by the words that tools write; a word that nobody knows as it is. -#}
{% macro email_event_of(text) -%}
    {%- set words = {
        'sent': ['send', 'sends', 'processed'],
        'delivered': ['delivery', 'deliver'],
        'opened': ['open', 'opens', 'unique open', 'first open'],
        'clicked': ['click', 'clicks', 'unique click', 'link click'],
        'bounced': ['bounce', 'hard bounce', 'hard bounced', 'hardbounce'],
        'unsubscribed': ['unsubscribe', 'unsub', 'unsubs', 'opt out', 'optout', 'opted out', 'list unsubscribe', 'abgemeldet', 'abmeldung'],
        'complained': ['complaint', 'complain', 'spam', 'spam report', 'spamreport', 'spam complaint', 'abuse', 'marked as spam'],
        'replied': ['reply', 'response']
    } -%}
    {{ crm360.word_meaning(text, words, 'lower(' ~ crm360.nullif_blank(text) ~ ')') }}
{%- endmacro %}

{#- A mapped field's text as the vendors' models write that column. -#}
{% macro normalised(entity, column, text) -%}
    {%- if column in ['email', 'other_emails'] or column in crm360.columns_of_words(entity) -%}
        lower({{ crm360.nullif_blank(text) }})
    {%- elif column == 'currency' -%}
        {{ crm360.as_currency(text) }}
    {%- elif entity == 'email_events' and column == 'event' -%}
        {{ crm360.email_event_of(text) }}
    {%- elif entity == 'surveys' and column == 'kind' -%}
        upper({{ crm360.nullif_blank(text) }})
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

{#- A word as it may be shown: in lower case, its first 40 letters, and only its shape where it may name or reach a person. -#}
{% macro shown_word(text) -%}
    case
        when {{ crm360.matches(text, '@|[0-9]{5}') }} then {{ crm360.shape_of(text) }}
        else substring(lower({{ crm360.nullif_blank(text) }}), 1, 40)
    end
{%- endmacro %}

{#-
    A mapped entity as vendors' models write it: words, currencies and statuses normalised. Of the mapping, `status_map` gives
    a status its meaning, and `nobody` lists the ids that stand for no person, which make none and are referred to by none.
-#}
{% macro mapped_entity(entity, id, every_version=false) -%}
    {%- set columns = crm360.columns_of(entity, id) -%}
    {%- set closed = crm360.closed_words(entity) -%}
    {%- do columns.update(crm360.mapped_beside(entity)) -%}
    select
        {%- for column, type in columns.items() %}
        {%- if column == 'contact_id' %}
        {{ crm360.salesforce_id(crm360.somebody(entity, column)) }} as {{ column }},
        {%- elif column != 'source_id' and column.endswith('_id') %}
        {{ crm360.salesforce_id(column) }} as {{ column }},
        {%- elif column == 'status' %}
        {{ crm360.status_told(entity) }} as status,
        {%- elif column in closed %}
        case
            when {{ crm360.is_unknown_word(entity, column) }} then {{ 'null' if column == 'lead_direction' else "'other'" }}
            else {{ crm360.normalised(entity, column, column) }}
        end as {{ column }},
        {%- elif type == 'string' %}
        {{ crm360.normalised(entity, column, column) }} as {{ column }},
        {%- else %}
        {{ column }},
        {%- endif %}
        {%- endfor %}
        {%- for column in closed %}
        case when {{ crm360.is_unknown_word(entity, column) }} then {{ crm360.shown_word(column) }} end as unknown_{{ column }},
        {%- endfor %}
        {%- for column in crm360.consent_columns() if column in columns %}
        unknown_{{ column }},
        {%- endfor %}
        {%- if every_version %}
        known_from,
        is_newest,
        {%- endif %}
        stream,
        parse_errors
    from ({{ crm360.mapped(entity, id, every_version) }}) as as_mapped
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
