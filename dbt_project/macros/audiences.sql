{#- How audiences.yml becomes SQL: the conditions are those of segments, over customer_360. -#}

{#- The audiences as audiences.yml defines them, or as the var `audiences` does for a trial, each with its SQL, its rule in
    words, and the values that decide as SQL. -#}
{% macro audiences_listed() %}
    {% if var('audiences', none) is not none %}
        {% set defined = var('audiences') %}
    {% elif execute %}
        {% set defined = graph.nodes['model.crm360.audiences'].config.meta.audiences %}
    {% else %}
        {% set defined = [] %}
    {% endif %}
    {% if execute and not defined %}
        {% do exceptions.raise_compiler_error('audiences.yml: there is no audience; switch one off instead') %}
    {% endif %}
    {% set listed = [] %}
    {% for audience in defined %}
        {% if audience.channel not in ['email', 'sms', 'phone'] or not audience.when %}
            {% do exceptions.raise_compiler_error(
                'audiences.yml: ' ~ audience.audience ~ ' needs a channel (email, sms or phone) and a rule under when'
            ) %}
        {% endif %}
        {% set basis = audience.get('basis', 'consent') %}
        {% if basis not in crm360.lawful_bases() %}
            {% do exceptions.raise_compiler_error(
                'audiences.yml: ' ~ audience.audience ~ ' states the basis ' ~ basis ~ '; there are '
                ~ crm360.lawful_bases() | join(', ')
            ) %}
        {% endif %}
        {% set parts = [] %}
        {% set because = [] %}
        {% for condition in audience.when %}
            {% set part = crm360.segment_condition(condition) %}
            {% do parts.append(part) %}
            {#- All that a column lists would be too much to read. -#}
            {% if 'lists' in condition %}{% do because.append(crm360.quoted(part[1])) %}{% else %}
                {% for column in part[2] %}
                    {% do because.append(crm360.quoted(column ~ ' = ') ~ ' || ' ~ crm360.segment_value(column)) %}
                {% endfor %}
            {% endif %}
        {% endfor %}
        {% do listed.append({
            'audience': audience.audience,
            'purpose': audience.purpose,
            'channel': audience.channel,
            'basis': basis,
            'is_on': audience.get('is_on', true),
            'condition': parts | map(attribute=0) | join(' and '),
            'rule': parts | map(attribute=1) | join(' and '),
            'because': because | unique | join(" || ' and ' || ")
        }) %}
    {% endfor %}
    {% do return(listed) %}
{% endmacro %}

{#- The grounds on which a person may be written to: those of article 6 of the GDPR. -#}
{% macro lawful_bases() %}
    {% do return([
        'consent', 'contract', 'legal obligation', 'vital interests', 'public task', 'legitimate interest'
    ]) %}
{% endmacro %}

{#- Where a customer is reached on a channel: one form for one address, however it is written. -#}
{% macro reached_at(channel, address) -%}
    {%- if channel == 'email' -%}
        nullif(lower(trim({{ address }})), '')
    {%- else -%}
        nullif({{ crm360.replace_all(address, '[^0-9]', '') }}, '')
    {%- endif -%}
{%- endmacro %}

{#- Whether an address or a number is one: an e-mail address has a name and a domain with a dot, a number is in E.164's form, as
    the golden record has each that could be read. -#}
{% macro is_reachable(channel, address) -%}
    {%- if channel == 'email' -%}
        coalesce({{ crm360.matches('trim(' ~ address ~ ')', '^[^@\\s]+@[^@\\s]+\\.[^@\\s.]+$') }}, false)
    {%- else -%}
        coalesce({{ crm360.matches(address, '^[+][1-9][0-9]{6,14}$') }}, false)
    {%- endif -%}
{%- endmacro %}
