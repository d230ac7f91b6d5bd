{#- How segments.yml becomes SQL. A condition names a column of customer_360 and one comparison; a segment holds when all
    of its conditions hold; {any: [...]} holds when one of them does. -#}

{#- The dimensions as segments.yml defines them, or as the var `segments` does for a trial. -#}
{% macro segment_dimensions() %}
    {% if var('segments', none) is not none %}{% do return(var('segments')) %}{% endif %}
    {% if not execute %}{% do return([]) %}{% endif %}
    {% do return(graph.nodes['model.crm360.segments'].config.meta.dimensions) %}
{% endmacro %}

{#- A bound: a value as it stands, or {setting, default}: crm360.toml's [segments] may set it. -#}
{% macro segment_bound(bound) %}
    {% if bound is mapping %}{% do return(var('segments_' ~ bound.setting, bound.default)) %}{% endif %}
    {% do return(bound) %}
{% endmacro %}

{#- One condition as [SQL, words, columns]. -#}
{% macro segment_condition(condition) %}
    {% if 'any' in condition %}
        {% set parts = [] %}
        {% for each in condition.any %}{% do parts.append(crm360.segment_condition(each)) %}{% endfor %}
        {% do return([
            '(' ~ parts | map(attribute=0) | join(' or ') ~ ')',
            '(' ~ parts | map(attribute=1) | join(' or ') ~ ')',
            parts | map(attribute=2) | sum(start=[])
        ]) %}
    {% endif %}
    {% set column = condition.column %}
    {% set comparison = condition.keys() | reject('equalto', 'column') | list | join %}
    {% set signs = {
        'at_least': '>=', 'at_most': '<=', 'more_than': '>', 'less_than': '<', 'is': '=', 'is_not': '<>'
    } %}
    {% set bound = crm360.segment_bound(condition[comparison]) %}
    {% set words = column ~ ' ' ~ comparison | replace('_', ' ') ~ ' ' %}
    {% set literal = crm360.quoted(bound) if bound is string else bound %}
    {% if comparison in signs %}
        {% do return([column ~ ' ' ~ signs[comparison] ~ ' ' ~ literal, words ~ bound, [column]]) %}
    {% elif comparison == 'one_of' %}
        {% set listed = [] %}
        {% for value in bound %}{% do listed.append(crm360.quoted(value)) %}{% endfor %}
        {% do return(['lower(' ~ column ~ ') in (' ~ listed | join(', ') ~ ')', words ~ bound | join(', '), [column]]) %}
    {% elif comparison == 'lists' %}
        {#- The column holds values separated by ', ' or '; ', as segments and categories_bought do. -#}
        {% set listed = "', ' || replace(lower(" ~ column ~ "), ';', ',') || ', '" %}
        {% set wanted = crm360.quoted('%, ' ~ (bound | lower) ~ ', %') %}
        {% do return([listed ~ ' like ' ~ wanted, words ~ bound, [column]]) %}
    {% elif comparison == 'matches' %}
        {% do return([crm360.matches('lower(' ~ column ~ ')', bound), words ~ bound, [column]]) %}
    {% elif comparison == 'is_known' %}
        {% do return([
            column ~ ' is ' ~ ('not null' if bound else 'null'),
            column ~ ' is ' ~ ('known' if bound else 'unknown'),
            [column]
        ]) %}
    {% endif %}
    {% do exceptions.raise_compiler_error(
        'segments.yml: ' ~ column ~ ' has no comparison, or an unknown one (' ~ comparison ~ ')'
    ) %}
{% endmacro %}

{#- Every segment with its SQL, its rule in words and the rule's version: eight letters that change with the rule's words and
    thresholds, and with nothing else: how a macro writes a condition is no part of the rule. With `pick: first`, a customer
    who is in a segment is in none that comes after it, so the words of those before count too. -#}
{% macro segments_listed() %}
    {% set listed = [] %}
    {% for dimension in crm360.segment_dimensions() %}
        {% set before = [] %}
        {% for segment in dimension.segments %}
            {% set is_first = dimension.get('pick', 'all') == 'first' %}
            {% set parts = [] %}
            {% for condition in segment.get('when', []) %}
                {% do parts.append(crm360.segment_condition(condition)) %}
            {% endfor %}
            {% set condition = parts | map(attribute=0) | join(' and ') or 'true' %}
            {% set words = parts | map(attribute=1) | join(' and ') or 'every customer' %}
            {% if 'each' in segment %}
                {% set words = (words ~ ', ' if parts else '') ~ 'each of ' ~ segment.each %}
            {% endif %}
            {% set others = before | map(attribute=0) | join(' or ') %}
            {% set rule = words ~ (' but not ' ~ before | map(attribute=1) | join(', ') if is_first and before else '') %}
            {% do listed.append({
                'dimension': dimension.dimension,
                'segment': segment.segment,
                'each': segment.get('each'),
                'is_on': segment.get('is_on', true),
                'pick': dimension.get('pick', 'all'),
                'condition': condition ~ (' and not coalesce(' ~ others ~ ', false)' if is_first and before else ''),
                'rule': rule,
                'columns': parts | map(attribute=2) | sum(start=[]) | unique | list,
                'version': 'w' ~ local_md5([
                    dimension.dimension, segment.segment, rule, before | map(attribute=2) | list if is_first else []
                ] | tojson)[:7]
            }) %}
            {% if segment.get('is_on', true) %}
                {% do before.append(['coalesce(' ~ condition ~ ', false)', segment.segment, words]) %}
            {% endif %}
        {% endfor %}
    {% endfor %}
    {% do return(listed) %}
{% endmacro %}

{#- A value as text; a decimal without the zeros at its end. -#}
{% macro segment_value(column) -%}
    coalesce(
        case
            when cast({{ column }} as string) like '%.%0'
                then {{ crm360.replace_all('cast(' ~ column ~ ' as string)', '^(-?[0-9]+)(\\.[0-9]*[1-9])?\\.?0+$', '\\1\\2') }}
            else cast({{ column }} as string)
        end,
        'unknown'
    )
{%- endmacro %}
