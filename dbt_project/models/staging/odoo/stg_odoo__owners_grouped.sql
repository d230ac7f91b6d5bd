-- One row per sales person of Odoo's leads, by the name that the newest of them gives: users are asked for by no
-- stream, and a lead goes on naming who has left.
{{ config(materialized='view') }}

with deals as (

    select * from {{ ref('stg_odoo__deals') }}
    where owner_id is not null

)

select
    owner_id,
    source,
    false as is_deleted,
    cast(null as string) as parse_errors,
    substring(owner_id, length(source) + 2) as source_id,
    min(created_at) as created_at,
    max(updated_at) as updated_at,
    (max({{ packed(['updated_at', 'deal_id', 'owner_name']) }}) filter (where owner_name is not null)).owner_name as name
from deals
group by owner_id, source
