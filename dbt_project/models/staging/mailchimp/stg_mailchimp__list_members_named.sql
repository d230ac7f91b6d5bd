{{ config(materialized='view') }}

select
    members.*,
    lists.list_name
from {{ ref('stg_mailchimp__list_members') }} as members
left join {{ ref('stg_mailchimp__lists') }} as lists
    on members.list_id = lists.list_id
