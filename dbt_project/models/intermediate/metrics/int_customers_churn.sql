-- One row per customer with at least one purchase: whether the customer has churned, and on which day.
select
    customer_id,
    case when {{ up_to_as_of('max_by(churned_on, spell)') }} then max_by(churned_on, spell) end as churned_at,
    {{ up_to_as_of('max_by(churned_on, spell)') }} as is_churned
from {{ ref('int_activity_periods') }}
group by customer_id
