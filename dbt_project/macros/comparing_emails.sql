{#- How the addresses of two records a and b agree: levels as in comparing.sql. -#}

{#- An address that is made of the name says what the name has said: the same one at two providers is no new evidence, and
    one that differs just where the names do, or has a number behind it, is another one. A family's says which house it is,
    and only with a first name who. -#}
{% macro email_level() -%}
    case
        when a.email is null or b.email is null then '-'
        when
            a.email = b.email
            and a.source <> b.source
            and (a.first_name is null or b.first_name is null)
            and {{ crm360.is_group_address('a.email') }}
            then '-'
        when a.email = b.email then '3'
        when ' ' || a.other_emails || ' ' like '% ' || b.email || ' %' then '3'
        when ' ' || b.other_emails || ' ' like '% ' || a.email || ' %' then '3'
        when
            a.email_local = b.email_local
            and {{ crm360.edits_within('a.email_domain', 'b.email_domain', 1) }}
            and not (a.is_open_mail and b.is_open_mail)
            then '2'
        when
            a.email_local = b.email_local
            and (
                length(a.email_local) < 5
                or a.email_plain like '%' || {{ crm360.plain_vowels('a.last_name') }} || '%'
                or a.email_plain like '%' || {{ crm360.plain_vowels('b.last_name') }} || '%'
            )
            then '-'
        when a.email_local = b.email_local then '1'
        when
            length(a.email_local) > 4
            and {{ crm360.edits_within('a.email_local', 'b.email_local', 2) }}
            and {{ crm360.edits_within('a.email_domain', 'b.email_domain', 2) }}
            and a.email_letters <> b.email_letters
            and coalesce(
                not (a.last_name <> b.last_name and {{ crm360.names_own('last_name') }})
                and not (a.first_name <> b.first_name and {{ crm360.names_own('first_name') }})
                and not (
                    ({{ crm360.digits_of('a.email_local') }} = '') <> ({{ crm360.digits_of('b.email_local') }} = '')
                    and {{ crm360.names_own('last_name') }}
                ),
                true
            )
            then '2'
        else '0'
    end
{%- endmacro %}

{#- Whether each address has its own record's name in it, or what the name is in the address. An umlaut counts as its vowel. -#}
{% macro names_own(name) -%}
    (
        (a.email_plain like '%' || {{ crm360.plain_vowels('a.' ~ name) }} || '%' or a.{{ name }} = a.email_{{ name }})
        and (b.email_plain like '%' || {{ crm360.plain_vowels('b.' ~ name) }} || '%' or b.{{ name }} = b.email_{{ name }})
    )
{%- endmacro %}

{#- Mueller, whose name has lost its dots as Muller, is mueller in an address. -#}
{% macro plain_vowels(text) -%}
    replace(replace(replace({{ text }}, 'ae', 'a'), 'oe', 'o'), 'ue', 'u')
{%- endmacro %}
