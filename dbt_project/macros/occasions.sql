{#- The next day, from as_of on, on which a date comes round: at least one year after it. A 29 February comes round on the
    28th in a year that has none. -#}
{% macro next_anniversary(since, as_of) -%}
    case
        when {{ since }} < {{ as_of }} then coalesce(
            {%- for years in [0, 1] %}
            case
                when {{ crm360.years_on(since, as_of, years) }} >= {{ as_of }}
                    and {{ crm360.years_on(since, as_of, years) }} > {{ since }}
                    then {{ crm360.years_on(since, as_of, years) }}
            end{{ ',' if not loop.last }}
            {%- endfor %}
        )
    end
{%- endmacro %}

{#- The date in the year of as_of, or so many years after it. -#}
{% macro years_on(since, as_of, years) -%}
    cast({{ dbt.dateadd(
        'year', '(extract(year from ' ~ as_of ~ ') - extract(year from ' ~ since ~ ') + ' ~ years ~ ')', since
    ) }} as date)
{%- endmacro %}
