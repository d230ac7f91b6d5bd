-- One row per month (UTC) in which people became leads, source of leads and direction: what became of them up to as_of.
select
    cast(date_trunc('month', lead_at) as date) as cohort_month,
    lead_source,
    lead_direction,
    {{ lead_measures() }},
    count(*) filter (where days_to_win <= 30) as count_of_won_in_30_days,
    count(*) filter (where days_to_win <= 90) as count_of_won_in_90_days,
    date_trunc('month', lead_at) + interval 1 month + interval 90 day <= {{ as_of_date() }} as is_complete,
    '{{ var("base_currency") }}' as currency,
    {{ as_of_date() }} as as_of_date
from {{ ref('int_leads') }}
where lead_at is not null
group by date_trunc('month', lead_at), lead_source, lead_direction
