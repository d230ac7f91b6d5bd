{#- Rules for bad input that more than one model needs. What each does and how many records it met is told in data_quality. -#}

{#- Whether a moment lies after as_of. A day's grace, because the day may be reckoned in a time zone behind UTC, and clocks
    disagree. Nothing after as_of counts, so a past night run again gives the past figures. -#}
{% macro is_future(moment) -%}
    coalesce(cast({{ moment }} as date) > {{ crm360.as_of_date() }} + interval 1 day, false)
{%- endmacro %}

{#- The night's day, as text: what CRM360_AS_OF says when a model runs, else the variable. A night tells it by the
    environment, because dbt reads the whole project anew when a variable changes, and a new day comes every night. -#}
{% macro as_of() -%}
    {{ env_var('CRM360_AS_OF', var('as_of') | string) if execute else var('as_of') }}
{%- endmacro %}

{#- The night's day, as a date. -#}
{% macro as_of_date() -%}cast('{{ crm360.as_of() }}' as date){%- endmacro %}

{#- The rate of a currency: 1 for the base currency, else what was found for its day; null without one. -#}
{% macro rate_of(currency, rate) -%}
    case when {{ currency }} = '{{ var("base_currency") }}' then cast(1 as decimal(24, 8)) else {{ rate }} end
{%- endmacro %}

{#- The columns of an entity but those named, each with its table's alias, for a model that gives these anew. -#}
{% macro columns_but(entity, id, but, alias) -%}
    {%- for column in crm360.columns_of(entity, id) if column not in but %}
    {{ alias }}.{{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
