{{ config(materialized='view') }}

{{ union_shaped(columns_of('email_events', 'email_event_id'), {
    'int_mailchimp_events_dated': {'lacks': []},
    'int_odoo_events_dated': {'lacks': ['url']},
    'stg_mapped__email_events': {'lacks': []}
}, holds_back=true) }}
