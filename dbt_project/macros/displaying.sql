{#- How the golden record is shown: names in proper case, languages and countries by their ISO codes. -#}

{#- A name written in capitals or in small letters only, in proper case; any other as it is. -#}
{% macro displayed_name(name) -%}
    case
        when {{ name }} = upper({{ name }}) or {{ name }} = lower({{ name }}) then {{ crm360.proper_case(name) }}
        else {{ name }}
    end
{%- endmacro %}

{#- ISO 639-1 code of a language by code ('de-DE', 'en_US', 'DE') or by name in English or its own; else what is said. -#}
{% macro language_code(language) -%}
    {%- set names = {
        'ar': ['arabic', 'العربية'], 'cs': ['czech', 'čeština'], 'da': ['danish', 'dansk'],
        'de': ['german', 'deutsch', 'ger', 'deu'], 'el': ['greek', 'ελληνικά'], 'en': ['english', 'eng'],
        'es': ['spanish', 'español', 'castellano', 'spa'], 'fi': ['finnish', 'suomi'],
        'fr': ['french', 'français', 'fra', 'fre'], 'he': ['hebrew', 'עברית'], 'hu': ['hungarian', 'magyar'],
        'it': ['italian', 'italiano', 'ita'], 'ja': ['japanese', '日本語', 'jpn'], 'ko': ['korean', '한국어'],
        'nl': ['dutch', 'nederlands', 'nld'], 'no': ['norwegian', 'norsk', 'nb'], 'pl': ['polish', 'polski', 'pol'],
        'pt': ['portuguese', 'português', 'por'], 'ro': ['romanian', 'română'], 'ru': ['russian', 'русский', 'rus'],
        'sv': ['swedish', 'svenska', 'swe'], 'tr': ['turkish', 'türkçe', 'tur'], 'uk': ['ukrainian', 'українська'],
        'zh': ['chinese', '中文', 'zho', 'chi']
    } -%}
    case
        {%- for code, words in names.items() %}
        when lower(trim({{ language }})) in ({% for word in words %}'{{ word }}'{{ ', ' if not loop.last }}{% endfor %})
            then '{{ code }}'
        {%- endfor %}
        when {{ crm360.matches(language, '^\\s*[A-Za-z]{2}([-_].*)?\\s*$') }} then lower(substring(trim({{ language }}), 1, 2))
        else {{ language }}
    end
{%- endmacro %}
