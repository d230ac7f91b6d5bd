{#- How a record's fields are brought to a form in which they can be compared. -#}

{#- The first or last name in an address like ann.lee@…, ann_lee7@…: part 1 or 2; null if it has not just two parts of
    letters, or the first is a word for a group. -#}
{% macro email_name(email, part) -%}
    case
        when {{ crm360.matches(email, '^[a-z]{2,}[._-][a-z]{2,}[0-9]*@') }}
            and not {{ crm360.is_group_address(email) }}
            and not {{ crm360.matches(email, '^(my|mail)[._-]') }}
            then {{ crm360.replace_all(
                "split_part(" ~ crm360.replace_all('split_part(' ~ email ~ ", '@', 1)", '[._-]', '.') ~ ", '.', " ~ part ~ ')',
                '[0-9]+$', ''
            ) }}
    end
{%- endmacro %}

{#- Whether an address says that several people read it: family.lee@…, the_lees@…, team-berlin@…. -#}
{% macro is_group_address(email) -%}
    {{ crm360.matches(email, '^(family|familie|famille|familia|famiglia|household|the|team|office)[._-]') }}
{%- endmacro %}

{#- The first name; where there is none, the one in the e-mail address if the rest of it does not speak against: ann.lee@…
    for a record with the last name Lee, or with no name at all; or its initial alone, as in alee7@…. -#}
{% macro first_name_described() -%}
    case
        when first_key is not null then first_key
        when last_key is null or last_key = email_last or {{ crm360.is_typo('last_key', 'email_last') }} then email_first
        when last_key = email_first or {{ crm360.is_typo('last_key', 'email_first') }} then email_last
        when length(last_key) > 2 and {{ crm360.without_digits("split_part(email_key, '@', 1)") }} like '_' || last_key
            then substring(email_key, 1, 1)
    end
{%- endmacro %}

{% macro last_name_described() -%}
    case
        when last_key is not null then last_key
        when first_key is null or first_key = email_first or {{ crm360.is_typo('first_key', 'email_first') }} then email_last
        when first_key = email_last or {{ crm360.is_typo('first_key', 'email_last') }} then email_first
    end
{%- endmacro %}

{% macro without_digits(text) -%}
    {{ crm360.replace_all(text, '[0-9]', '') }}
{%- endmacro %}

{#- The last nine digits of a phone key. -#}
{% macro last_digits(phone_key) -%}
    case when length({{ phone_key }}) > 9 then right({{ phone_key }}, 9) end
{%- endmacro %}

{#- Letters and digits only, lower case, no accents; null if nothing is left. -#}
{% macro words_key(text) -%}
    nullif({{ crm360.replace_all(crm360.without_accents('lower(' ~ text ~ ')'), '[^\\p{L}\\p{N}]', '') }}, '')
{%- endmacro %}

{#- A company's name without its legal form. -#}
{% macro company_words(text) -%}
    {{ crm360.words_key(crm360.replace_all(
        'lower(' ~ text ~ ')',
        '\\b(gmbh|ag|kg|ohg|e\\.?k|ug|se|ltd|limited|plc|llp|llc|inc|corp|corporation|co|company|sarl|sas|sa|s\\.?a\\.?r\\.?l|spa|srl|bv|nv|ab|as|oy|pty)\\b\\.?',
        ' '
    )) }}
{%- endmacro %}

{#- 'm' or 'f', null for all else. -#}
{% macro gender_key(text) -%}
    case
        when {{ crm360.matches('lower(trim(' ~ text ~ '))', '^(m|male|man|mr|herr|männlich|homme)$') }} then 'm'
        when {{ crm360.matches('lower(trim(' ~ text ~ '))', '^(f|w|female|woman|mrs|ms|frau|weiblich|femme)$') }} then 'f'
    end
{%- endmacro %}

{#- The domain of a website or an address: https://www.Acme.example/de → acme.example. -#}
{% macro site_domain(text) -%}
    nullif({{ crm360.replace_all('lower(trim(' ~ text ~ '))', '^([a-z]+://)?(www[.])?([^/:]*).*$', '\\3') }}, '')
{%- endmacro %}

{#- Whether one name is the other one's first words: cobalt, cobalt optics. -#}
{% macro one_begins_the_other(a, b) -%}
    ({{ a }} like {{ b }} || ' %' or {{ b }} like {{ a }} || ' %')
{%- endmacro %}

{#- Whose the Chinese characters in a record's names are: 'JP' where the country, the language or kana beside them say so, 'KR'
    likewise, else ''. -#}
{% macro characters_of(names, country_code, language) -%}
    case
        when not {{ crm360.matches(names, '[\\p{Han}\\p{Hiragana}\\p{Katakana}]') }} then ''
        when
            {{ country_code }} = 'JP'
            or lower({{ language }}) like 'ja%'
            or {{ crm360.matches(names, '[\\p{Hiragana}\\p{Katakana}]') }}
            then 'JP'
        when {{ country_code }} = 'KR' or lower({{ language }}) like 'ko%' then 'KR'
        else ''
    end
{%- endmacro %}

{#- Whether a name has other letters than Latin ones, the wide ones of East Asia among them. -#}
{% macro is_foreign(name) -%}
    {{ crm360.matches(name, '[^\\p{Latin}\\p{Common}\\p{Inherited}]|[\\x{FF21}-\\x{FF5A}]') }}
{%- endmacro %}

{#- The name in a column, which is called as its field, alone: without titles and suffixes and in Latin letters. Beside it stands
    whether the name is foreign, and whose its characters are. -#}
{% macro plain_name(field, characters_of='characters_of') -%}
    case
        when {{ field }}_is_foreign then crm360_latin_name('{{ field }}', {{ field }}, {{ characters_of }})
        else crm360_plain_name('{{ field }}', {{ field }})
    end
{%- endmacro %}

{#- How a name in other letters may sound; null for Latin ones. -#}
{% macro name_sounds(field) -%}
    case when {{ field }}_is_foreign then crm360_name_sounds('{{ field }}', {{ field }}, characters_of) end
{%- endmacro %}

{#- A country where names are written so, for a record that names none: which names go together is learnt by country. -#}
{% macro country_of_script(names) -%}
    case
        {%- for script, country in {
            'Hangul': 'KR', 'Hiragana': 'JP', 'Katakana': 'JP', 'Han': 'CN', 'Thai': 'TH', 'Devanagari': 'IN', 'Arabic': 'EG',
            'Hebrew': 'IL', 'Greek': 'GR', 'Georgian': 'GE', 'Armenian': 'AM', 'Cyrillic': 'RU'
        }.items() %}
        when {{ crm360.matches(names, '\\p{' ~ script ~ '}') }} then '{{ country }}'
        {%- endfor %}
    end
{%- endmacro %}

{#- Days that say when people came (`entered`): a day on which a system took in a good part of its records was a load, and its
    records say nothing of it. -#}
{% macro arrival_days(contacts) -%}
days as (

    select
        source,
        cast(created_at as date) as created_date,
        count(*) as count_of_records,
        sum(count(*)) over (partition by source) as count_of_all
    from {{ contacts }}
    where
        created_at is not null
        and not {{ crm360.is_future('created_at') }}
    group by source, cast(created_at as date)

),

entered as (

    select
        source,
        created_date
    from days
    where count_of_records <= greatest({{ var('max_records_per_key') }}, count_of_all / 20)

)
{%- endmacro %}
