-- One row per customer: everything of customer_360 but the segments, for the rules of segments to name.
-- Every fact is summed per customer before it is joined, so no join can multiply a row.
{% set counts = {
    'orders': [
        'count_of_orders', 'count_of_orders_last_365_days', 'count_of_orders_last_90_days',
        'count_of_orders_90_days_before'
    ],
    'categories': ['count_of_categories_bought'],
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
        'average_order_value', 'discount_share', 'first_order_at', 'last_order_at', 'count_of_order_months_last_12'
    ],
    'categories': ['categories_bought', 'categories_asked', 'kinds_bought'],
    'rfm': ['recency_score', 'frequency_score', 'monetary_score', 'rfm_cell', 'rfm_name'],
    'worth': [
        'probability_alive', 'expected_purchases', 'predicted_value', 'predicted_value_low', 'predicted_value_high',
        'unpredicted_because'
    ],
    'tickets': ['satisfaction_share', 'last_ticket_at'],
    'surveys': ['last_nps_score', 'last_ces_score'],
    'emails': ['last_email_opened_at', 'last_email_clicked_at'],
    'deals': ['last_deal_won_at'],
    'touches': ['first_touch_at', 'last_seen_at', 'last_contacted_at']
} %}
{% set custom = custom_fields('contacts') | map(attribute='name') | list %}
{% set own = {'rfm': 'customer_rfm', 'worth': 'customer_value'} %}

with

dated as (

    select
        *,
        cast('{{ var("as_of") }}' as date) as as_of_date
    from {{ ref('customers') }}

),

customers as (

    select
        *,
        case
            when birth_date <= as_of_date
                then extract(year from as_of_date) - extract(year from birth_date) - case
                    when
                        extract(month from as_of_date) * 100 + extract(day from as_of_date)
                        < extract(month from birth_date) * 100 + extract(day from birth_date)
                        then 1
                    else 0
                end
        end as age
    from dated

),

countries as (

    {{ countries_by_name() }}

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
    countries.country_code,
    customers.age,
    {%- for model, columns in counts.items() %}{% for column in columns %}
    coalesce({{ model }}.{{ column }}, 0) as {{ column }},
    {%- endfor %}{% endfor %}
    {%- for model, columns in amounts.items() %}{% for column in columns %}
    coalesce({{ model }}.{{ column }}, cast(0 as decimal(18, 4))) as {{ column }},
    {%- endfor %}{% endfor %}
    '{{ var("base_currency") }}' as currency,
    cast(deals.weighted_deal_amount / nullif(deals.open_deal_amount, 0) as decimal(18, 4)) as open_deal_probability,
    {%- for model, columns in facts.items() %}{% for column in columns %}
    {{ model }}.{{ column }},
    {%- endfor %}{% endfor %}
    {%- for column in custom %}
    custom.{{ column }},
    {%- endfor %}
    {%- for days in ['days_since_first_order', 'days_since_last_order'] %}
    case when orders.{{ days }} >= 0 then orders.{{ days }} end as {{ days }},
    {%- endfor %}
    customers.as_of_date
from customers
left join countries
    on lower(trim(customers.country)) = countries.country_name
{%- for model in [
    'orders', 'categories', 'rfm', 'worth', 'tickets', 'surveys', 'emails', 'deals', 'touches', 'custom'
] %}
left join {{ ref(own.get(model, 'int_customers_' ~ model)) }} as {{ model }}
    on customers.customer_id = {{ model }}.customer_id
{%- endfor %}
