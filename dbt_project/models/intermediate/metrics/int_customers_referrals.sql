-- One row per customer who referred others: counted where [custom_fields] has a field referred_by of contacts, which
-- holds an e-mail address of who referred them, any that is known and is one customer's alone. Without that field
-- referrals are not measured, and there is no row.
{% set is_measured = 'referred_by' in (custom_fields('contacts') | map(attribute='name') | list) %}
with

referrers as (

    select
        contact_point,
        min(customer_id) as customer_id
    from {{ ref('int_contact_points_listed') }}
    where kind = 'email'
    group by contact_point
    having count(distinct customer_id) = 1

)

select
    referrers.customer_id,
    count(distinct referred.customer_id) as count_of_referrals
from referrers
{% if is_measured -%}
inner join {{ ref('int_customers_custom') }} as referred
    on
        lower(trim(referred.referred_by)) = referrers.contact_point
        and referred.customer_id <> referrers.customer_id
{%- else -%}
inner join {{ ref('int_golden_records') }} as referred
    on
        referrers.customer_id = referred.customer_id
        and false
{%- endif %}
group by referrers.customer_id
