-- People with one address and one last name live together; more than max_records_per_key of them share an office or a home.
with customers as (

    select
        customers.customer_id,
        {{ address_key('customers.postal_code', 'customers.street') }}
        || '|' || {{ name_key('coalesce(parsed.plain_name, customers.last_name)') }} as home
    from {{ ref('int_golden_records') }} as customers
    left join {{ ref('int_names_parsed') }} as parsed
        on
            customers.last_name = parsed.name
            and parsed.field = 'last_name'

)

select
    customer_id,
    'h_' || substring(md5(home), 1, 16) as household_id
from customers
where home is not null
qualify count(*) over (partition by home) between 2 and {{ var('max_records_per_key') }}
