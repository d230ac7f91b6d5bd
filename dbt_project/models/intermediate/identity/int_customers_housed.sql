-- People with one address and one last name live together; more than hub_limit of them share an office or a home.
with customers as (

    select
        customer_id,
        {{ address_key('postal_code', 'street') }} || '|' || {{ name_key('last_name') }} as home
    from {{ ref('int_customers_survived') }}

)

select
    customer_id,
    'h_' || substring(md5(home), 1, 16) as household_id
from customers
where home is not null
qualify count(*) over (partition by home) between 2 and {{ var('hub_limit') }}
