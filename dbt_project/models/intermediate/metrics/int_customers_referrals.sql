-- One row per customer who referred others: counted where [custom_fields] has a field referred_by of contacts, which holds the
-- e-mail address of who referred them. Without that field referrals are not measured, and there is no row.
{% set is_measured = 'referred_by' in (custom_fields('contacts') | map(attribute='name') | list) %}
select
    referrers.customer_id,
    count(distinct referred.customer_id) as count_of_referrals
from {{ ref('int_golden_records') }} as referrers
{% if is_measured -%}
inner join {{ ref('int_customers_custom') }} as referred
    on
        lower(trim(referred.referred_by)) = lower(referrers.email)
        and referred.customer_id <> referrers.customer_id
{%- else -%}
inner join {{ ref('int_golden_records') }} as referred
    on
        referrers.customer_id = referred.customer_id
        and false
{%- endif %}
group by referrers.customer_id
