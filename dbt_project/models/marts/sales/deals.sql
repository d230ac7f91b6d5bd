-- One row per deal that still exists in its source.
with

deals as (

    select * from {{ ref('int_deals_valued') }}

),

owners as (

    select * from {{ ref('int_owners_unioned') }}

)

select
    deals.deal_id,
    deals.customer_id,
    deals.contact_id,
    deals.company_id,
    deals.source,
    {{ brand_of('deals.source') }} as brand,
    deals.source_id,
    deals.name,
    deals.pipeline,
    deals.stage,
    deals.stage_label,
    deals.stage_order,
    {{ account_of() }} as account_id,
    deals.outcome,
    deals.is_overdue,
    case
        when deals.outcome = 'open'
            then {{ dbt.datediff('deals.created_at', as_of_date(), 'day') }}
    end as days_open,
    deals.is_closed,
    deals.is_won,
    deals.lost_reason,
    deals.valued_currency as currency,
    deals.amount,
    deals.probability,
    '{{ var("base_currency") }}' as base_currency,
    deals.exchange_rate,
    deals.value_amount,
    deals.weighted_amount,
    deals.owner_id,
    owners.name as owner_name,
    deals.created_at,
    deals.expected_close_at,
    deals.closed_at,
    {%- for field in custom_fields('deals') %}
    custom.{{ field.name }},
    {%- endfor %}
    deals.updated_at
from deals
left join owners
    on deals.owner_id = owners.owner_id
{{ account_joins('deals.company_id', 'deals.customer_id') }}
{%- if custom_fields('deals') %}
left join {{ ref('int_deals_custom') }} as custom
    on deals.deal_id = custom.deal_id
{%- endif %}
