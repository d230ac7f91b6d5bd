-- A figure of one name is the same wherever it is published: what tables of all customers, of all purchases and of all
-- campaigns come to. Fails with one row per figure and table that differ from the first table of its list.
{% set known = 'customer_id is not null' %}
{% set figures = {
    'net_revenue': [
        ('transactions', 'net_revenue', 'true'), ('revenue_by_month', 'net_revenue', 'true'),
        ('revenue_entries', 'net_revenue', 'true'), ('sales_by_representative', 'net_revenue', 'true')
    ],
    'net_revenue of customers': [
        ('transactions', 'net_revenue', known), ('customer_360', 'net_revenue', 'true'),
        ('customers_by_region', 'net_revenue', 'true'), ('retention_by_month', 'net_revenue', 'true')
    ],
    'net_revenue_last_365_days': [
        ('revenue_entries', 'net_revenue', known ~ ' and ' ~ in_last_days('booked_at', 365)),
        ('customer_360', 'net_revenue_last_365_days', 'true'), ('customers_by_region', 'net_revenue_last_365_days', 'true')
    ],
    'gross_revenue': [('transactions', 'gross_revenue', 'true'), ('revenue_by_month', 'gross_revenue', 'true')],
    'count_of_purchases': [
        ('transactions', 'cast(is_sale as integer)', 'true'), ('revenue_by_month', 'count_of_purchases', 'true'),
        ('sales_by_representative', 'count_of_purchases', 'true')
    ],
    'count_of_purchases of customers': [
        ('transactions', 'cast(is_sale as integer)', known), ('customer_360', 'count_of_purchases', 'true'),
        ('customers_by_region', 'count_of_purchases', 'true'), ('retention_cohorts', 'count_of_purchases', 'true'),
        ('customer_rfm', 'frequency', 'true'), ('customer_value', 'count_of_sales', 'true')
    ],
    'count_of_orders': [
        ('revenue_by_month', 'count_of_orders', 'true'), ('sales_by_representative', 'count_of_orders', 'true')
    ],
    'count_of_orders of customers': [
        ('customer_360', 'count_of_orders', 'true'), ('customers_by_region', 'count_of_orders', 'true'),
        ('retention_cohorts', 'count_of_orders', 'true')
    ],
    'count_of_customers': [
        ('customers', '1', 'true'), ('customer_360', '1', 'true'), ('customers_by_region', 'count_of_customers', 'true')
    ],
    'count_of_new_customers': [
        ('customer_rfm', '1', 'true'), ('acquisition_cost', 'count_of_new_customers', 'true'),
        ('retention_by_month', 'count_of_new_customers', 'true')
    ],
    'monetary value': [('customer_rfm', 'monetary_value', 'true'), ('customer_value', 'historic_value', 'true')],
    'predicted_value': [
        ('customer_value', 'predicted_value', 'true'), ('customer_360', 'predicted_value', 'true'),
        ('customers_by_region', 'predicted_value', 'true')
    ],
    'won_deal_amount': [
        ('deals', 'value_amount', "outcome = 'won'"), ('deal_performance', 'won_amount', 'true'),
        ('sales_by_representative', 'won_amount', 'true')
    ],
    'open_deal_amount': [
        ('deals', 'value_amount', "outcome = 'open' and account_id is not null"), ('company_360', 'open_deal_amount', 'true'),
        ('companies', 'open_deal_amount', 'true')
    ],
    'count_of_leads': [('lead_conversion', 'count_of_leads', 'true'), ('lead_cohorts', 'count_of_leads', 'true')],
    'attributed_revenue': [
        ('transactions', 'net_revenue', 'attributed_campaign_id is not null'),
        ('campaign_performance', 'attributed_revenue', 'true')
    ],
    'count_of_tickets': [
        ('tickets', '1', 'true'), ('service_performance', 'count_of_tickets', 'true')
    ]
} %}

{% for figure, tables in figures.items() -%}
{% for table, value, condition in tables if not loop.first -%}
select
    '{{ figure }}' as figure,
    '{{ table }}' as table_name
from (select coalesce(sum({{ tables[0][1] }}), 0) as told from {{ ref(tables[0][0]) }} where {{ tables[0][2] }}) as one
cross join (select coalesce(sum({{ value }}), 0) as told from {{ ref(table) }} where {{ condition }}) as other
where one.told <> other.told
{{ 'union all' if not (loop.last and figure == 'count_of_tickets') }}
{% endfor -%}
{% endfor %}
