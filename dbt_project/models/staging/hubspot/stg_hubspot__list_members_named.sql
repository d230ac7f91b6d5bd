{{ config(materialized='view') }}

select
    members.*,
    lists.list_name,
    lists.list_kind
from {{ ref('stg_hubspot__list_members') }} as members
left join {{ ref('stg_hubspot__lists') }} as lists
    on members.list_id = lists.list_id
