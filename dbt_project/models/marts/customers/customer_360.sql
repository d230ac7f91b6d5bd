-- One row per customer: who it is, what it bought, asked, read and negotiates, and when it was last seen.
-- Every fact is summed per customer before it is joined, so no join can multiply a row.
{% set counts = {
    'orders': ['count_of_orders'],
    'tickets': [
        'count_of_tickets', 'count_of_open_tickets', 'count_of_ticket_reopens',
        'count_of_satisfied_tickets', 'count_of_dissatisfied_tickets'
    ],
    'emails': [
        'count_of_emails_sent', 'count_of_emails_received', 'count_of_emails_opened',
        'count_of_emails_clicked', 'count_of_emails_bounced', 'count_of_emails_unsubscribed'
    ],
    'deals': ['count_of_open_deals', 'count_of_won_deals', 'count_of_lost_deals'],
    'touches': ['count_of_touches']
} %}
{% set amounts = {
    'orders': ['gross_revenue', 'refunded_revenue', 'net_revenue', 'net_revenue_last_365_days'],
    'deals': ['open_deal_amount', 'weighted_deal_amount', 'won_deal_amount']
} %}
{% set facts = {
    'orders': [
        'average_order_value', 'first_order_at', 'last_order_at', 'days_since_last_order',
        'count_of_order_months_last_12'
    ],
    'tickets': ['satisfaction_share', 'last_ticket_at'],
    'surveys': ['last_nps_score', 'last_ces_score'],
    'emails': ['last_email_opened_at', 'last_email_clicked_at'],
    'deals': ['last_deal_won_at'],
    'touches': ['first_touch_at', 'last_seen_at', 'last_contacted_at']
} %}

with

customers as (

    select * from {{ ref('customers') }}

),

segments as (

    select
        customer_id,
        {{ dbt.listagg('segment', "', '", 'order by segment') }} as segments
    from {{ ref('customer_segments') }}
    group by customer_id

)

select
    customers.customer_id,
    {%- for field in [
        'full_name', 'first_name', 'last_name', 'email', 'phone', 'mobile_phone', 'company_name', 'job_title',
        'street', 'city', 'region', 'postal_code', 'country', 'birth_date', 'gender', 'language', 'interests',
        'lead_source', 'lead_direction', 'lead_status', 'rejection_reason', 'lifecycle_stage', 'owner_id',
        'email_consent', 'sms_consent', 'phone_consent', 'count_of_records', 'count_of_sources'
    ] %}
    customers.{{ field }},
    {%- endfor %}
    coalesce(segments.segments, '') as segments,
    {%- for model, columns in counts.items() %}{% for column in columns %}
    coalesce({{ model }}.{{ column }}, 0) as {{ column }},
    {%- endfor %}{% endfor %}
    {%- for model, columns in amounts.items() %}{% for column in columns %}
    coalesce({{ model }}.{{ column }}, cast(0 as decimal(18, 4))) as {{ column }},
    {%- endfor %}{% endfor %}
    '{{ var("base_currency") }}' as currency,
    {%- for model, columns in facts.items() %}{% for column in columns %}
    {{ model }}.{{ column }},
    {%- endfor %}{% endfor %}
    cast('{{ var("as_of") }}' as date) as as_of_date
from customers
left join segments
    on customers.customer_id = segments.customer_id
{%- for model in ['orders', 'tickets', 'surveys', 'emails', 'deals', 'touches'] %}
left join {{ ref('int_customers_' ~ model) }} as {{ model }}
    on customers.customer_id = {{ model }}.customer_id
{%- endfor %}
