-- One row per customer: everything of customer_360 but the segments, for the rules of segments to name.
-- Every fact is summed per customer before it is joined, so no join can multiply a row.
{% set counts = {
    'orders': [
        'count_of_purchases', 'count_of_purchases_last_365_days', 'count_of_purchases_last_90_days',
        'count_of_purchases_90_days_before', 'count_of_purchases_without_amount', 'count_of_orders',
        'count_of_orders_last_365_days', 'count_of_orders_last_90_days', 'count_of_orders_90_days_before',
        'count_of_priced_orders', 'count_of_discounted_orders', 'count_of_orders_without_rate'
    ],
    'categories': ['count_of_categories_bought'],
    'tickets': ['count_of_tickets', 'count_of_open_tickets', 'count_of_ticket_reopens', 'count_of_satisfied_tickets',
        'count_of_dissatisfied_tickets'],
    'emails': ['count_of_emails_sent', 'count_of_emails_received', 'count_of_emails_opened', 'count_of_emails_clicked',
        'count_of_emails_bounced', 'count_of_emails_unsubscribed', 'count_of_emails_complained'],
    'deals': ['count_of_open_deals', 'count_of_won_deals', 'count_of_lost_deals'],
    'subscriptions': ['count_of_active_subscriptions'], 'voices': ['count_of_reviews'],
    'touches': ['count_of_touches', 'count_of_interactions', 'count_of_engagements_last_365_days']
} %}
{% set amounts = {
    'orders': ['gross_revenue', 'refunded_revenue', 'net_revenue', 'net_revenue_last_365_days',
        'net_revenue_of_orders', 'discount_value'],
    'deals': ['open_deal_amount', 'weighted_deal_amount', 'won_deal_amount'],
    'subscriptions': ['monthly_recurring_revenue']
} %}
{% set facts = {
    'orders': [
        'average_order_value', 'average_purchase_value', 'discount_share', 'first_purchase_at', 'last_purchase_at',
        'first_order_at', 'last_order_at', 'count_of_purchase_months_last_12', 'count_of_order_months_last_12',
        'next_order_anniversary', 'days_to_order_anniversary', 'days_since_first_purchase', 'days_since_last_purchase',
        'days_since_first_order', 'days_since_last_order'
    ],
    'categories': ['categories_bought', 'categories_asked', 'kinds_bought', 'features_bought'],
    'rfm': ['recency_score', 'frequency_score', 'monetary_score', 'rfm_cell', 'rfm_name'],
    'worth': ['probability_alive', 'expected_purchases', 'predicted_value', 'predicted_value_low',
        'predicted_value_high', 'unpredicted_because'],
    'tickets': ['satisfaction_share', 'last_ticket_at', 'support_types'],
    'surveys': ['last_nps_score', 'last_ces_score', 'last_csat_score'],
    'voices': ['average_review_score', 'last_review_at'], 'points': ['points_balance', 'points_tier'],
    'emails': ['last_email_opened_at', 'last_email_clicked_at'],
    'deals': ['last_deal_won_at'], 'subscriptions': ['subscribed_since'], 'tasks': ['next_task_due_on'], 'quotes': ['open_quote_amount'],
    'touches': ['first_touch_at', 'last_seen_at', 'last_contacted_at', 'last_web_visit_at', 'cart_left_at'],
    'habits': ['preferred_channel', 'preferred_hour'],
    'rhythm': ['median_days_between_purchases', 'is_seasonal', 'churned_at', 'is_churned'],
    'referrals': ['count_of_referrals'], 'beginnings': ['lead_kind', 'first_product_id', 'first_product'],
    'suggested': ['next_product_id', 'next_product', 'next_product_after']
} %}
{% set custom = custom_fields('contacts') | map(attribute='name') | list %}
{% set here = {
    'subscriptions': paid_subscriptions_of_customers(), 'voices': voices_of_customers(),
    'points': points_of_customers(), 'tasks': open_tasks_of_customers(), 'deals': deals_of_customers(),
    'tickets': tickets_of_customers(), 'emails': emails_of_customers(), 'quotes': quotes_of_customers()
} %}
{#- Null for everybody where nothing tells of any: the table, and whose counts. -#}
{% set measured = {
    'web_sessions': ('touches', ['count_of_web_sessions_last_90_days', 'count_of_carts_left_last_90_days']),
    'tasks': ('tasks', ['count_of_open_tasks', 'count_of_overdue_tasks']),
    'quotes': ('quotes', ['count_of_open_quotes'])
} %}
{% set own = {'rfm': 'customer_rfm', 'worth': 'customer_value', 'suggested': 'int_next_products'} %}

with

{% for name, sql in here.items() -%}
{{ name }} as (
    {{ sql }}
),

{% endfor -%}
measured as (

    select
        (select count(*) > 0 from {{ ref('web_sessions') }}) as has_web_sessions,
        (select count(*) > 0 from {{ ref('tasks') }}) as has_tasks,
        (select count(*) > 0 from {{ ref('quotes') }}) as has_quotes

)

select
    customers.*,
    {%- for model, columns in counts.items() %}{% for column in columns %}
    coalesce({{ model }}.{{ column }}, 0) as {{ column }},
    {%- endfor %}{% endfor %}
    {%- for model, columns in amounts.items() %}{% for column in columns %}
    cast(case when {{ model }}.customer_id is not null then {{ model }}.{{ column }} else 0 end as decimal(18, 4))
        as {{ column }},
    {%- endfor %}{% endfor %}
    {{ quotient('deals.weighted_deal_amount', 'nullif(deals.open_deal_amount, 0)') }} as open_deal_probability,
    {%- for model, columns in facts.items() %}{% for column in columns %}
    {{ model }}.{{ column }},
    {%- endfor %}{% endfor %}
    {%- for column in custom %}
    custom.{{ column }},
    {%- endfor %}
    {%- for moment in ['first_touch', 'last_web_visit', 'cart_left'] %}
    {{ dbt.datediff('cast(touches.' ~ moment ~ '_at as date)', 'customers.as_of_date', 'day') }}
        as days_since_{{ moment }},
    {%- endfor %}
    {%- for mart, (model, columns) in measured.items() %}{% for column in columns %}
    case when measured.has_{{ mart }} then coalesce({{ model }}.{{ column }}, 0) end as {{ column }},
    {%- endfor %}{% endfor %}
    case
        when orders.count_of_purchases = 0 then null
        when rhythm.count_of_intervals > 0
            then orders.days_since_last_purchase <= 3 * greatest(rhythm.median_days_between_purchases, 7)
        else orders.days_since_last_purchase <= coalesce(rhythm.usual_days_of_all, {{ var('churn_days') }})
    end as is_expected_again,
    '{{ var("base_currency") }}' as currency
from {{ ref('int_customers_described') }} as customers
cross join measured
left join {{ ref('int_customers_orders') }} as orders
    on customers.customer_id = orders.customer_id
{%- for model in (facts | list) + ['custom'] if model != 'orders' %}
left join {{ model if model in here else ref(own.get(model, 'int_customers_' ~ model)) }} as {{ model }}
    on customers.customer_id = {{ model }}.customer_id
{%- endfor %}
