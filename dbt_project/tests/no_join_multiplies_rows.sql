-- A mart has as many rows as the entity that it is made of has live records. Fails with one row per mart that
-- lost or gained any. Of the identity map what holds today counts.
{% set pairs = [
    ('customers', 'int_golden_records', 'true'),
    ('customer_360', 'int_golden_records', 'true'),
    ('customer_value', 'int_customers_purchases', 'true'),
    ('customer_rfm', 'int_customers_purchases', 'true'),
    ('transactions', 'int_purchases', 'true'),
    ('customer_identities', 'int_contacts_unioned', 'true'),
    ('orders', 'int_orders_unioned', 'not is_deleted and ' ~ up_to_as_of('ordered_at')),
    ('deals', 'int_deals_unioned', 'not is_deleted and not ' ~ is_future('created_at')),
    ('tickets', 'int_tickets_unioned', 'not is_deleted and ' ~ up_to_as_of('created_at')),
    ('payments', 'int_payments_unioned', 'not is_deleted and not ' ~ is_future('coalesce(paid_at, created_at)')),
    ('invoices', 'int_invoices_unioned', 'not is_deleted and not ' ~ is_future('coalesce(issued_at, created_at)')),
    ('campaign_performance', 'int_campaigns_unioned', 'not is_deleted')
] %}

with

{% for mart, entity, condition in pairs -%}
{{ mart }}_counted as (

    select
        '{{ mart }}' as mart,
        count(*) as count_of_rows
    from {{ ref(mart) }}
    where {{ 'valid_to is null' if mart == 'customer_identities' else 'true' }}

),

{{ mart }}_expected as (

    select
        '{{ mart }}' as mart,
        count(*) as count_of_records
    from {{ ref(entity) }}
    where {{ condition }}

),

{% endfor -%}

counted as (

    {% for mart, entity, condition in pairs -%}
    select * from {{ mart }}_counted
    {%- if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}

),

expected as (

    {% for mart, entity, condition in pairs -%}
    select * from {{ mart }}_expected
    {%- if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}

)

select
    counted.mart,
    counted.count_of_rows,
    expected.count_of_records
from counted
inner join expected
    on counted.mart = expected.mart
where counted.count_of_rows != expected.count_of_records
