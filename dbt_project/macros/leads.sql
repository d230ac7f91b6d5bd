{#- What is measured of a group of leads, once for every table that groups them. -#}
{% macro lead_measures() -%}
    count(*) as count_of_leads,
    count(first_touched_at) as count_of_touched,
    count(*) filter (where is_opportunity) as count_of_opportunities,
    count(won_at) as count_of_won,
    count(*) filter (where is_rejected) as count_of_rejected,
    count(*) filter (where is_rejected and won_at is not null) as count_of_rejected_won_later,
    cast(count(first_touched_at) / count(*) as decimal(18, 4)) as touched_rate,
    cast(count(*) filter (where is_opportunity) / count(*) as decimal(18, 4)) as opportunity_rate,
    cast(count(won_at) / count(*) as decimal(18, 4)) as conversion_rate,
    cast(median(hours_to_first_touch) as decimal(18, 4)) as median_hours_to_first_touch,
    cast(median(days_to_win) as decimal(18, 4)) as median_days_to_win,
    {{ crm360.measured_sum('net_revenue') }} as net_revenue,
    {{ crm360.measured_sum('won_deal_amount') }} as won_deal_amount
{%- endmacro %}
