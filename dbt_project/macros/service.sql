{#- What is measured of a group of tickets: each metric of the service once, for every table that groups tickets. -#}
{% macro service_measures() -%}
    count(*) as count_of_tickets,
    count(*) filter (where is_open) as count_of_open_tickets,
    count(*) filter (where not is_open) as count_of_solved_tickets,
    count(*) filter (where count_of_reopens > 0) as count_of_reopened_tickets,
    count(*) filter (where is_escalated) as count_of_escalated_tickets,
    cast(avg(first_reply_minutes) as decimal(18, 4)) as average_first_reply_minutes,
    cast(median(first_reply_minutes) as decimal(18, 4)) as median_first_reply_minutes,
    cast(avg(resolution_minutes) as decimal(18, 4)) as average_resolution_minutes,
    cast(median(resolution_minutes) as decimal(18, 4)) as median_resolution_minutes,
    count(*) filter (where is_solved_at_first_contact) as count_of_first_contact_solutions,
    cast(
        count(*) filter (where is_solved_at_first_contact) / nullif(count(is_solved_at_first_contact), 0)
        as decimal(18, 4)
    ) as first_contact_rate,
    count(*) filter (where satisfaction = 'satisfied') as count_of_satisfied_tickets,
    count(*) filter (where satisfaction = 'dissatisfied') as count_of_dissatisfied_tickets,
    cast(
        count(*) filter (where satisfaction = 'satisfied')
        / nullif(count(*) filter (where satisfaction in ('satisfied', 'dissatisfied')), 0) as decimal(18, 4)
    ) as satisfaction_share
{%- endmacro %}
