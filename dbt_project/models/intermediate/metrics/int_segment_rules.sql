-- One row per rule of a segment. This is the one home of the segments and their thresholds: `[segments]` in
-- crm360.toml sets a threshold (new_days = 30 becomes the var segments_new_days), and a line more here adds a
-- rule. A customer is in a segment when all of its rules hold.
{% set rules = [
    ('new', 'days_since_first_order', 'at most', var('segments_new_days', 30)),
    ('repeat', 'count_of_orders', 'at least', var('segments_repeat_orders', 2)),
    ('high-value', 'net_revenue_last_365_days', 'at least', var('segments_high_value_revenue', 1000)),
    ('loyal', 'count_of_order_months_last_12', 'at least', var('segments_loyal_months', 4)),
    ('loyal', 'days_since_last_order', 'at most', var('segments_loyal_days', 90)),
    ('prospect', 'count_of_orders', 'at most', 0)
] %}

{% for segment, measure, comparison, threshold in rules -%}
select
    '{{ segment }}' as segment,
    '{{ measure }}' as measure,
    '{{ comparison }}' as comparison,
    cast({{ threshold }} as decimal(18, 4)) as threshold
{%- if not loop.last %}
union all
{% endif %}
{%- endfor %}
