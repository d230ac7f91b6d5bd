-- One row per segment as segments.yml defines it, with its rule in words and the rule's version.
{% for segment in segments_listed() -%}
select
    {{ quoted(segment.dimension) }} as dimension,
    {{ quoted(segment.segment) }} as segment,
    cast({{ loop.index }} as bigint) as position,
    {{ segment.is_on | lower }} as is_on,
    {{ (segment.pick == 'first') | lower }} as is_exclusive,
    {{ (segment.each is not none) | lower }} as is_one_per_value,
    {{ quoted(segment.rule) }} as rule,
    {{ quoted(segment.version) }} as rule_version
{%- if not loop.last %}
union all
{% endif %}
{%- endfor %}
