{#- What is measured of a group of tickets: each metric of the service once, for every table that groups tickets. -#}
{% macro service_measures() -%}
    count(*) as count_of_tickets,
    count(*) filter (where is_open) as count_of_open_tickets,
    count(*) filter (where not is_open) as count_of_solved_tickets,
    count(*) filter (where count_of_reopens > 0) as count_of_reopened_tickets,
    count(*) filter (where is_escalated) as count_of_escalated_tickets,
    {{ crm360.average('first_reply_minutes') }} as average_first_reply_minutes,
    {{ crm360.middle('first_reply_minutes') }} as median_first_reply_minutes,
    {{ crm360.average('resolution_minutes') }} as average_resolution_minutes,
    {{ crm360.middle('resolution_minutes') }} as median_resolution_minutes,
    count(*) filter (where is_solved_at_first_contact) as count_of_first_contact_solutions,
    {{ crm360.quotient(
        'count(*) filter (where is_solved_at_first_contact)',
        'nullif(count(is_solved_at_first_contact), 0)'
    ) }} as first_contact_rate,
    count(*) filter (where satisfaction = 'satisfied') as count_of_satisfied_tickets,
    count(*) filter (where satisfaction = 'dissatisfied') as count_of_dissatisfied_tickets,
    {{ crm360.quotient(
        "count(*) filter (where satisfaction = 'satisfied')",
        "nullif(count(*) filter (where satisfaction in ('satisfied', 'dissatisfied')), 0)"
    ) }} as satisfaction_share
{%- endmacro %}
