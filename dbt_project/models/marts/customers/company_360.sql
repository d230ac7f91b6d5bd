-- One row per company: who it is, what it and its people bought, ask and negotiate, when they were last seen, and how
-- the relation stands.
{% set counts = {
    'bought': ['purchases', 'orders', 'purchases_without_amount'],
    'served': ['open_deals', 'won_deals', 'lost_deals', 'overdue_deals', 'tickets', 'open_tickets', 'touches',
        'overdue_invoices']
} %}
with

joined as (

    select
        companies.account_id,
        companies.name,
        companies.domain,
        companies.industry,
        companies.size,
        companies.city,
        companies.country,
        companies.count_of_customers,
        {%- for part, names in counts.items() %}{% for name in names %}
        coalesce({{ part }}.count_of_{{ name }}, 0) as count_of_{{ name }},
        {%- endfor %}{% endfor %}
        {%- for amount in ['net_revenue', 'net_revenue_last_365_days'] %}
        cast(
            case when bought.account_id is not null then bought.{{ amount }} else 0 end as decimal(18, 4)
        ) as {{ amount }},
        {%- endfor %}
        {%- for outcome in ['open', 'won'] %}
        cast(
            case when served.count_of_{{ outcome }}_deals > 0 then served.{{ outcome }}_deal_amount else 0 end
            as decimal(18, 4)
        ) as {{ outcome }}_deal_amount,
        {%- endfor %}
        bought.first_purchase_at,
        bought.last_purchase_at,
        bought.days_since_last_purchase,
        bought.recency_score,
        bought.frequency_score,
        bought.monetary_score,
        served.satisfaction_share,
        served.last_seen_at,
        served.last_contacted_at
    from {{ ref('companies') }} as companies
    left join {{ ref('int_accounts_purchases') }} as bought
        on companies.account_id = bought.account_id
    left join {{ ref('int_accounts_served') }} as served
        on companies.account_id = served.account_id

),

tiered as (

    select
        *,
        case
            when monetary_score >= 5 then 'high tier'
            when monetary_score >= 3 then 'mid tier'
            when monetary_score >= 1 then 'low tier'
        end as value_tier,
        case
            when days_since_last_purchase <= 90 then 'active'
            when days_since_last_purchase <= 180 then 'cooling'
            when days_since_last_purchase <= 365 then 'lapsed'
            when days_since_last_purchase is not null then 'lost'
        end as lifecycle_risk
    from joined

)

select
    *,
    case
        when count_of_purchases = 0 then 'no purchase'
        when lifecycle_risk in ('lapsed', 'lost') or satisfaction_share < 0.5 or count_of_overdue_invoices > 0
            then 'at risk'
        when lifecycle_risk = 'cooling' or satisfaction_share < 0.75 or count_of_overdue_deals > 0 then 'watch'
        else 'good'
    end as health,
    '{{ var("base_currency") }}' as currency,
    {{ as_of_date() }} as as_of_date
from tiered
