{%- set churned_at = 'max_by(churned_on, spell) filter (where churned_on is not null)' -%}
-- One row per customer with at least one purchase: whether the customer has churned, and on which day.
select
    customer_id,
    case when {{ up_to_as_of(churned_at) }} then {{ churned_at }} end as churned_at,
    {{ up_to_as_of(churned_at) }} as is_churned
from {{ ref('int_activity_periods') }}
group by customer_id
