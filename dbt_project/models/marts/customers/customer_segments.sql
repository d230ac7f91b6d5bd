-- One row per customer and segment that the customer is in, by the rules of segments.yml: one branch a segment.
-- depends_on: {{ ref('int_customers_profiled') }}
{% set on = segments_listed() | selectattr('is_on') | list %}

{% for segment in on -%}
select
    customer_id,
    {%- if segment.each %}
    replace({{ quoted(segment.segment) }}, '{}', each_value) as segment,
    {%- else %}
    {{ quoted(segment.segment) }} as segment,
    {%- endif %}
    {{ quoted(segment.rule) }} as rule,
    {%- if segment.each %}
    {{ quoted(segment.each ~ ' = ') }} || each_value as value,
    {%- elif segment.columns %}
    {% for column in segment.columns -%}
    {{ quoted((' and ' if not loop.first else '') ~ column ~ ' = ') }} || {{ segment_value(column) }}
    {%- if not loop.last %} || {% endif %}
    {%- endfor %} as value,
    {%- else %}
    'no other segment' as value,
    {%- endif %}
    as_of_date,
    {{ quoted(segment.dimension) }} as dimension,
    {{ quoted(segment.segment) }} as definition,
    {{ quoted(segment.version) }} as rule_version
{%- if segment.each %}
from (
    select distinct
        customer_id,
        as_of_date,
        trim(each_part) as each_value
    from (
        select
            customer_id,
            as_of_date,
            {{ each() }}(split({{ segment.each }}, ';')) as each_part
        from {{ ref('int_customers_profiled') }}
        where {{ segment.condition }}
    ) as parts
    where trim(each_part) <> ''
) as each_of
{%- else %}
from {{ ref('int_customers_profiled') }}
where {{ segment.condition }}
{%- endif %}
{%- if not loop.last %}
union all
{% endif %}
{%- endfor %}
