{#- What is measured of a group of leads, once for every table that groups them. -#}
{% macro lead_measures() -%}
    count(*) as count_of_leads,
    count(first_touched_at) as count_of_touched,
    count(*) filter (where is_opportunity) as count_of_opportunities,
    count(won_at) as count_of_won,
    count(*) filter (where is_rejected) as count_of_rejected,
    count(*) filter (where is_rejected and won_at is not null) as count_of_rejected_won_later,
    {{ crm360.quotient('count(first_touched_at)', 'count(*)') }} as touched_rate,
    {{ crm360.quotient('count(*) filter (where is_opportunity)', 'count(*)') }} as opportunity_rate,
    {{ crm360.quotient('count(won_at)', 'count(*)') }} as conversion_rate,
    {{ crm360.middle('hours_to_first_touch') }} as median_hours_to_first_touch,
    {{ crm360.middle('days_to_win') }} as median_days_to_win,
    {{ crm360.measured_sum('net_revenue') }} as net_revenue,
    {{ crm360.measured_sum('won_deal_amount') }} as won_deal_amount
{%- endmacro %}

{#- What a lead form's answers said, by what they were asked for: SQL over r.answers, each with its `type` and what was `said`. -#}
{% macro lead_answers(types) -%}
    {%- set said = {} -%}
    {%- for type in types -%}
        {%- do said.update({
            type: crm360.nullif_blank(crm360.first_of(crm360.those_with('r.answers', "e.type = '" ~ type ~ "'")) ~ '.said')
        }) -%}
    {%- endfor -%}
    {{ return(said) }}
{%- endmacro %}
