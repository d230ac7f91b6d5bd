-- People with one address and one last name live together; more than max_records_per_key of them share an office or a
-- home.
with letters as (

    select
        customer_id,
        last_name,
        {{ is_foreign('last_name') }} as last_name_is_foreign,
        country,
        language,
        {{ address_key('postal_code', 'street') }} as address_key
    from {{ ref('int_golden_records') }}
    where last_name is not null

),

customers as (

    select
        customer_id,
        address_key || '|'
        || {{ name_key(plain_name('last_name', characters_of('last_name', 'country', 'language'))) }} as home
    from letters

)

select
    customer_id,
    'h_' || substring(md5(home), 1, 16) as household_id
from customers
where home is not null
qualify count(*) over (partition by home) between 2 and {{ var('max_records_per_key') }}
