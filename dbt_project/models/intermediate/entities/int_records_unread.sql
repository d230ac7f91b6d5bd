{%- set streams = {
    'stg_hubspot__contacts': 'contacts', 'stg_hubspot__companies': 'companies', 'stg_hubspot__deals': 'deals',
    'stg_hubspot__owners': 'owners', 'stg_shopify__customers': 'customers', 'stg_shopify__orders': 'orders',
    'stg_shopify__order_lines': 'orders', 'stg_shopify__products': 'products', 'stg_mailchimp__members': 'members',
    'stg_mailchimp__campaigns': 'campaigns', 'stg_mailchimp__email_activity': 'email_activity',
    'stg_mailchimp__unsubscribes': 'unsubscribed', 'stg_zendesk__users': 'users',
    'stg_zendesk__organizations': 'organizations', 'stg_zendesk__tickets': 'tickets',
    'stg_zendesk__satisfaction_ratings': 'satisfaction_ratings'
} -%}
{%- set entities = [
    'contacts', 'companies', 'deals', 'orders', 'order_lines', 'products', 'campaigns', 'email_events', 'tickets',
    'surveys'
] -%}
{%- set held_back = [
    'deals', 'orders', 'order_lines', 'products', 'campaigns', 'email_activity', 'unsubscribes', 'email_events',
    'satisfaction_ratings', 'surveys'
] -%}
{%- for model, stream in streams.items() %}
select
    source,
    '{{ stream }}' as stream,
    source_id as record_id,
    '{{ model }}' as model,
    unread_fields,
    {{ model.split('__')[1] in held_back }} as is_held_back
from {{ ref(model) }}
where unread_fields is not null
union all
{%- endfor %}
{%- for entity in entities %}
select
    source,
    stream,
    source_id as record_id,
    'stg_mapped__{{ entity }}' as model,
    unread_fields,
    {{ entity in held_back }} as is_held_back
from {{ ref('stg_mapped__' ~ entity) }}
where unread_fields is not null
{{ 'union all' if not loop.last }}
{%- endfor %}
