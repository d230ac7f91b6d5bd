-- Every ticket is in one row of service_performance, and in one customer's count or in none. Fails with
-- one row that shows the counts.
with

performance as (

    select coalesce(sum(count_of_tickets), 0) as count_of_tickets
    from {{ ref('service_performance') }}

),

tickets as (

    select
        count(*) as count_of_tickets,
        count(customer_id) as count_of_tickets_of_customers
    from {{ ref('tickets') }}

),

customers as (

    select coalesce(sum(count_of_tickets), 0) as count_of_tickets
    from {{ ref('customer_360') }}

)

select
    performance.count_of_tickets as by_month,
    tickets.count_of_tickets as by_ticket,
    customers.count_of_tickets as by_customer
from performance
cross join tickets
cross join customers
where
    performance.count_of_tickets != tickets.count_of_tickets
    or customers.count_of_tickets != tickets.count_of_tickets_of_customers
