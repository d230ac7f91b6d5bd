-- One row per currency and day on which an order, deal, what is offered in it, quote, campaign, its cost, invoice,
-- payment or subscription needs a rate: the newest rate of the seed that is valid on that day. A null rate means that
-- the seed has none for it.
{% set base_currency = var('base_currency') %}
{% set days = {
    'int_orders_unioned': 'ordered_at', 'int_deals_unioned': 'closed_at', 'int_campaigns_unioned': 'sent_at',
    'int_invoices_unioned': 'issued_at', 'int_payments_unioned': 'paid_at', 'int_campaign_costs_unioned': 'spent_on'
} %}

with

rates as (

    select * from {{ ref('exchange_rates') }}

),

offers as (

    select
        coalesce(quotes.currency, deals.currency) as currency,
        quotes.decided_at as settled_at
    from {{ ref('int_quotes_unioned') }} as quotes
    left join {{ ref('int_deals_unioned') }} as deals
        on quotes.deal_id = deals.deal_id
    union all
    select
        lines.currency,
        deals.closed_at as settled_at
    from {{ ref('int_deal_lines_unioned') }} as lines
    inner join {{ ref('int_deals_unioned') }} as deals
        on lines.deal_id = deals.deal_id

),

days as (

    {% for model, day in days.items() -%}
    select
        currency,
        cast({{ day }} as date) as rate_date
    from {{ ref(model) }}
    where {{ day }} is not null
    union distinct
    {% endfor -%}
    select
        currency,
        spent_on as rate_date
    from {{ ref('campaign_costs') }}
    where spent_on is not null
    union distinct
    select
        costs.currency,
        cast(campaigns.sent_at as date) as rate_date
    from {{ ref('campaign_costs') }} as costs
    inner join {{ ref('int_campaigns_unioned') }} as campaigns
        on
            costs.source = campaigns.source
            and costs.campaign in (campaigns.source_id, campaigns.name)
    where campaigns.sent_at is not null
    union distinct
    select
        currency,
        cast(settled_at as date) as rate_date
    from offers
    where settled_at is not null
    {%- for told in [ref('int_deals_unioned'), ref('int_subscriptions_unioned'), 'offers'] %}
    union distinct
    select
        currency,
        {{ as_of_date() }} as rate_date
    from {{ told }}
    {%- endfor %}

),

rated as (

    select
        days.currency,
        days.rate_date,
        rates.rate
    from days
    left join rates
        on
            days.currency = rates.currency
            and days.rate_date >= rates.valid_from
    where days.currency is not null
    qualify row_number() over (
        partition by days.currency, days.rate_date
        order by rates.valid_from desc
    ) = 1

)

select
    currency,
    rate_date,
    case
        when currency = '{{ base_currency }}' then cast(1 as decimal(24, 8))
        else cast(rate as decimal(24, 8))
    end as rate
from rated
