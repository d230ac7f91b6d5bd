-- One row per household: customers with one address and one last name. People stay apart; only the home is shared.
with

housed as (

    select * from {{ ref('int_household_members') }}

)

select
    housed.household_id,
    min(customers.last_name) as last_name,
    min(customers.street) as street,
    min(customers.postal_code) as postal_code,
    min(customers.city) as city,
    min(customers.country) as country,
    count(*) as count_of_customers
from housed
inner join {{ ref('int_golden_records') }} as customers
    on housed.customer_id = customers.customer_id
group by housed.household_id
