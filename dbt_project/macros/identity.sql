{#- A name as a key: lower case, without accents, punctuation and repeated spaces; null if nothing is left. -#}
{% macro name_key(text) -%}
    nullif(trim({{ crm360.replace_all(
        crm360.without_accents("replace(lower(" ~ text ~ "), 'ß', 'ss')"), "[^\\p{L}\\p{N}]+", ' '
    ) }}), '')
{%- endmacro %}

{#- Whether an address belongs to a role and not to a person, or is no address at all: RFC 2142's mailboxes and what firms
    call theirs. No list of them is kept as a package for Python; the one for JavaScript has Paris, Berlin and Alexa in it. -#}
{% macro is_role_address(email) -%}
    {{ crm360.matches(email, '^(info|sales|office|admin|contact|support|hello|mail|service|team|accounts?|billing|'
        ~ 'orders?|enquiries|noreply|no-reply|donotreply|postmaster|webmaster|marketing|hr|jobs|help|test|none|na|n/a|'
        ~ 'abuse|noc|security|hostmaster|usenet|news|www|uucp|ftp|mailer-daemon|do-not-reply|helpdesk|newsletter|'
        ~ 'kontakt|verkauf|vertrieb|buchhaltung|rechnung|bestellung|bewerbung|accueil|commercial|comptabilite|ventas|'
        ~ 'unknown|anonymous|guest|email|abc|asdf|xxx*)[0-9]*@') }}
{%- endmacro %}

{#- An e-mail address as mail systems take it: lower case, no tag after a plus; Google also leaves dots out and has two domains. -#}
{% macro email_address(text) -%}
    {%- set address = crm360.composed("lower(trim(" ~ text ~ "))") -%}
    {%- set box = crm360.replace_all("split_part(" ~ address ~ ", '@', 1)", '([^+])[+].*$', '\\1') -%}
    case
        when split_part({{ address }}, '@', 2) in ('gmail.com', 'googlemail.com')
            then replace({{ box }}, '.', '') || '@gmail.com'
        when {{ address }} like '%+%@%' then {{ box }} || '@' || split_part({{ address }}, '@', 2)
        else {{ address }}
    end
{%- endmacro %}

{#- What stands after the @. -#}
{% macro email_domain(text) -%}
    {{ crm360.composed("lower(trim(split_part(" ~ text ~ ", '@', 2)))") }}
{%- endmacro %}

{#- The last nine digits of a phone, which national and international forms share; null if there are fewer than nine,
    or if it is no number at all. For records whose country is not known. -#}
{% macro phone_ending(phone) -%}
    {%- set digits = crm360.replace_all(crm360.replace_all(phone, '(\\(0\\)|(ext|x|#).*$)', ''), '[^0-9]', '') -%}
    case
        when
            length({{ digits }}) between 9 and 17
            and not {{ crm360.matches(digits, '(0{7}|1{7}|2{7}|3{7}|4{7}|5{7}|6{7}|7{7}|8{7}|9{7}|^0*1234567(8(90?)?)?$)') }}
            then right({{ digits }}, 9)
    end
{%- endmacro %}

{#- Postcode and street as one key, without spaces, case and punctuation; null unless both are there. -#}
{% macro address_key(postal_code, street) -%}
    nullif({{ crm360.replace_all('lower(' ~ postal_code ~ ')', '[^a-z0-9]', '') }}, '') || '|'
    || nullif({{ crm360.replace_all(crm360.without_accents('lower(' ~ street ~ ')'), '[^\\p{L}\\p{N}]', '') }}, '')
{%- endmacro %}

{#- Whether two name keys agree: equal, an initial and its name, or a slip of the pen. Null if one is missing. -#}
{% macro keys_agree(a, b) -%}
    (
        {{ a }} = {{ b }}
        or (length({{ a }}) = 1 and {{ b }} like {{ a }} || '%')
        or (length({{ b }}) = 1 and {{ a }} like {{ b }} || '%')
        or (length({{ a }}) > 3 and length({{ b }}) > 3 and {{ crm360.jaro() }}({{ a }}, {{ b }}) >= 0.9)
    )
{%- endmacro %}

{#- Columns as a list of text, to ask whether one of them is there. -#}
{% macro as_texts(fields) -%}
    {%- for field in fields -%}cast({{ field }} as string){{ ', ' if not loop.last }}{%- endfor -%}
{%- endmacro %}

{#- A source's rank in var source_order; sources that are not named come after. -#}
{% macro source_rank(source) -%}
    case {{ source }}
        {%- for name in var('source_order', []) %}
        when {{ crm360.quoted(name) }} then {{ loop.index }}
        {%- endfor %}
        else 1000
    end
{%- endmacro %}

{#- First names also agree when one is the beginning of the other: Alex and Alexandra. -#}
{% macro first_names_agree(a, b) -%}
    (
        {{ crm360.keys_agree(a, b) }}
        or (least(length({{ a }}), length({{ b }})) > 2 and ({{ a }} like {{ b }} || '%' or {{ b }} like {{ a }} || '%'))
    )
{%- endmacro %}

{#- Whether one of two records is among those of a CTE. -#}
{% macro either_in(number_a, number_b, those) -%}
    {{ number_a }} in (select {{ those }}.record_number from {{ those }})
    or {{ number_b }} in (select {{ those }}.record_number from {{ those }})
{%- endmacro %}
