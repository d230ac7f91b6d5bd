{{ config(materialized='view') }}

select *
from {{ ref('stg_zendesk__users') }}
where role = 'end-user'
