-- One row per company, whatever systems know it: the golden record, with what belongs to it.
with

companies as (

    select * from {{ ref('int_companies_survived') }}

),

people as (

    select
        account_id,
        count(*) as count_of_customers
    from {{ ref('int_customer_companies') }}
    group by account_id

),

deals as (

    select
        account_id,
        {{ measured_sum('value_amount', "outcome = 'open'") }} as open_deal_amount,
        {{ measured_sum('value_amount', "outcome = 'won'") }} as won_deal_amount,
        count(*) as count_of_deals
    from {{ ref('deals') }}
    where account_id is not null
    group by account_id

)

select
    companies.account_id,
    companies.name,
    companies.name_source,
    companies.domain,
    companies.domain_source,
    companies.industry,
    companies.size,
    companies.revenue,
    companies.street,
    companies.postal_code,
    companies.city,
    companies.country,
    companies.place_source,
    companies.phone,
    coalesce(people.count_of_customers, 0) as count_of_customers,
    coalesce(deals.count_of_deals, 0) as count_of_deals,
    {%- for amount in ['open_deal_amount', 'won_deal_amount'] %}
    cast(case when deals.account_id is not null then deals.{{ amount }} else 0 end as decimal(18, 4)) as {{ amount }},
    {%- endfor %}
    '{{ var("base_currency") }}' as base_currency,
    companies.count_of_records,
    companies.count_of_sources,
    companies.created_at,
    {%- for field in custom_fields('companies') %}
    custom.{{ field.name }},
    {%- endfor %}
    companies.updated_at
from companies
left join people
    on companies.account_id = people.account_id
left join deals
    on companies.account_id = deals.account_id
{%- if custom_fields('companies') %}
left join {{ ref('int_accounts_custom') }} as custom
    on companies.account_id = custom.account_id
{%- endif %}
