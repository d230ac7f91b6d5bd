-- People with one address and one last name live together; more than max_records_per_key of them share an office or a home.
with customers as (

    select
        customer_id,
        {{ address_key('postal_code', 'street') }}
        || '|' || {{ name_key(plain_name('last_name', characters_of('last_name', 'country', 'language'))) }} as home
    from {{ ref('int_golden_records') }}

)

select
    customer_id,
    'h_' || substring(md5(home), 1, 16) as household_id
from customers
where home is not null
qualify count(*) over (partition by home) between 2 and {{ var('max_records_per_key') }}
