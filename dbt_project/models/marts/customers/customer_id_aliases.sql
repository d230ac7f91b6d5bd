-- One row per id that some customer once had and no customer has now, with the customer who has most of
-- its records today. A merge leaves the loser's id here; a split leaves none, for one part keeps the id.
with

ledger as (

    select * from {{ source('ledger', 'customer_ids') }}

),

identities as (

    select * from {{ ref('int_identities_assigned') }}

),

customers as (

    select * from {{ ref('int_customers_survived') }}

),

holders as (

    select
        ledger.customer_id as alias_id,
        customers.customer_id,
        count(distinct ledger.source || ':' || ledger.source_id) as count_of_records
    from ledger
    left join identities
        on
            ledger.source = identities.source
            and ledger.source_id = identities.source_id
    left join customers
        on identities.customer_id = customers.customer_id
    group by ledger.customer_id, customers.customer_id

),

lifetimes as (

    select
        customer_id as alias_id,
        min(assigned_at) as first_assigned_at,
        max(assigned_at) as last_assigned_at
    from ledger
    group by customer_id

),

successors as (

    select * from holders
    qualify row_number() over (
        partition by alias_id
        order by customer_id is null asc, count_of_records desc, customer_id asc
    ) = 1

)

select
    successors.alias_id,
    successors.customer_id,
    lifetimes.first_assigned_at,
    lifetimes.last_assigned_at
from successors
inner join lifetimes
    on successors.alias_id = lifetimes.alias_id
left join customers
    on successors.alias_id = customers.customer_id
where customers.customer_id is null
