{%- set streams = {
    'stg_hubspot__contacts': 'contacts', 'stg_hubspot__companies': 'companies', 'stg_hubspot__deals': 'deals',
    'stg_hubspot__deal_stages': 'deals', 'stg_hubspot__calls': 'calls', 'stg_hubspot__meetings': 'meetings',
    'stg_hubspot__emails': 'emails', 'stg_hubspot__communications': 'communications',
    'stg_hubspot__owners': 'owners', 'stg_shopify__customers': 'customers', 'stg_shopify__orders': 'orders',
    'stg_shopify__order_lines': 'orders', 'stg_shopify__products': 'products', 'stg_mailchimp__members': 'members',
    'stg_mailchimp__campaigns': 'campaigns', 'stg_mailchimp__email_activity': 'email_activity',
    'stg_mailchimp__unsubscribes': 'unsubscribed', 'stg_zendesk__users': 'users',
    'stg_zendesk__organizations': 'organizations', 'stg_zendesk__tickets': 'tickets',
    'stg_zendesk__satisfaction_ratings': 'satisfaction_ratings', 'stg_woocommerce__customers': 'customers',
    'stg_woocommerce__orders': 'orders', 'stg_woocommerce__order_lines': 'orders',
    'stg_woocommerce__products': 'products', 'stg_woocommerce__refunds': 'refunds',
    'stg_freshdesk__companies': 'companies', 'stg_freshdesk__contacts': 'contacts',
    'stg_freshdesk__tickets': 'tickets', 'stg_freshdesk__satisfaction_ratings': 'satisfaction_ratings',
    'stg_stripe__customers': 'customers', 'stg_stripe__invoices': 'invoices', 'stg_stripe__charges': 'charges',
    'stg_stripe__refunds': 'refunds',
    'stg_odoo__companies': 'companies', 'stg_odoo__contacts': 'contacts', 'stg_odoo__deals': 'leads',
    'stg_odoo__orders': 'orders', 'stg_odoo__order_lines': 'orders', 'stg_odoo__mailing_traces': 'mailing_traces',
    'stg_salesforce__users': 'users', 'stg_salesforce__accounts': 'accounts', 'stg_salesforce__contacts': 'contacts',
    'stg_salesforce__leads': 'leads', 'stg_salesforce__opportunities': 'opportunities',
    'stg_salesforce__deal_stages': 'opportunity_history',
    'stg_salesforce__cases': 'cases', 'stg_salesforce__campaigns': 'campaigns',
    'stg_salesforce__tasks': 'tasks', 'stg_salesforce__campaign_members': 'campaign_members',
    'stg_dynamics__systemusers': 'systemusers', 'stg_dynamics__accounts': 'accounts',
    'stg_dynamics__contacts': 'contacts', 'stg_dynamics__leads': 'leads',
    'stg_dynamics__opportunities': 'opportunities', 'stg_dynamics__incidents': 'incidents',
    'stg_zoho__users': 'users', 'stg_zoho__accounts': 'accounts', 'stg_zoho__contacts': 'contacts',
    'stg_zoho__leads': 'leads', 'stg_zoho__deals': 'deals',
    'stg_imap__messages': 'messages',
    'stg_siebel__accounts': 'accounts', 'stg_siebel__contacts': 'contacts',
    'stg_siebel__opportunities': 'opportunities', 'stg_siebel__service_requests': 'service_requests'
} -%}
{%- set entities = [
    'contacts', 'companies', 'deals', 'deal_stages', 'orders', 'order_lines', 'products', 'campaigns', 'email_events',
    'tickets', 'surveys', 'interactions', 'invoices', 'payments'
] -%}
{%- set held_back = [
    'deals', 'orders', 'order_lines', 'products', 'campaigns', 'email_activity', 'unsubscribes', 'email_events',
    'satisfaction_ratings', 'surveys', 'refunds', 'opportunities', 'invoices', 'charges', 'payments', 'mailing_traces',
    'deal_stages'
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
