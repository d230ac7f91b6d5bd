with contacts as (

    select * from {{ ref('int_contacts_read') }}

),

names as (

    select full_name as name from contacts
    union
    select first_name as name from contacts
    union
    select last_name as name from contacts

)

select name
from names
where {{ matches('name', '[^\\p{Latin}\\p{Common}\\p{Inherited}]') }}
order by name
