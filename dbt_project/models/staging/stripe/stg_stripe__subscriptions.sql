{{ config(materialized='view') }}

select
    * {{ without('known_from, is_newest, unread_values') }},
    unread_values as parse_errors
from {{ ref('stg_stripe__subscriptions_versioned') }}
where is_newest
