-- One row per source of leads and direction: what became of the people who were leads of it.
select
    lead_source,
    lead_direction,
    {{ lead_measures() }},
    '{{ var("base_currency") }}' as currency
from {{ ref('int_leads') }}
group by lead_source, lead_direction
