-- One row per touch that a deal is: opened, won or lost.
{{ config(materialized='view') }}

with

deals as (

    select * from {{ ref('int_deals_valued') }}

),

touches as (

    select
        *,
        'deal opened' as kind,
        created_at as event_at
    from deals
    union all
    select
        *,
        'deal ' || outcome as kind,
        closed_at as event_at
    from deals
    where outcome in ('won', 'lost') and closed_at is not null

)

select
    contact_id,
    event_at,
    'sales' as channel,
    'internal' as direction,
    kind,
    name as subject,
    value_amount as amount,
    source,
    deal_id as reference_id,
    kind || ' ' || deal_id as touch_id
from touches
