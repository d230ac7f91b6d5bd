{{ config(materialized='view') }}

{{ union_of('email_events', 'email_event_id', holds_back=true) }}
