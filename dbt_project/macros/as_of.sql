{#- Rules for bad input that more than one model needs. What each does and how many records it met is told in data_quality. -#}

{#- Whether a moment lies after as_of: the one rule for every table, so that what is in one is in all. Days are UTC's, as_of's
    own day counts, and what is told for a later one has not happened yet: a past night run again gives the past figures. -#}
{% macro is_future(moment) -%}
    coalesce(cast({{ moment }} as date) > {{ crm360.as_of_date() }}, false)
{%- endmacro %}

{#- Whether a moment is known and not after as_of. -#}
{% macro up_to_as_of(moment) -%}
    coalesce(cast({{ moment }} as date) <= {{ crm360.as_of_date() }}, false)
{%- endmacro %}

{#- Whether a moment lies in the `days` days that end `before` days before as_of, which is in the newest of them. -#}
{% macro in_last_days(moment, days, before=0) -%}
    coalesce(
        cast({{ moment }} as date) > {{ crm360.as_of_date() }} - interval {{ days + before }} day
        and cast({{ moment }} as date) <= {{ crm360.as_of_date() }} - interval {{ before }} day, false
    )
{%- endmacro %}

{#- Whether a moment has an hour: midnight to the microsecond (UTC) is how a date without a time is read. -#}
{% macro has_time(moment) -%}
    {{ moment }} <> date_trunc('day', {{ moment }})
{%- endmacro %}

{#- The sum of what was measured: 0 over nothing, null over rows of which none was (such as sales in a currency without a
    rate). -#}
{% macro measured_sum(amount, where='true') -%}
    cast(
        case when count(*) filter (where {{ where }}) > 0 then sum({{ amount }}) filter (where {{ where }}) else 0 end
        as decimal(18, 4)
    )
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
{% macro columns_except(entity, id, but, alias) -%}
    {%- for column in crm360.columns_of(entity, id) if column not in but %}
    {{ alias }}.{{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
