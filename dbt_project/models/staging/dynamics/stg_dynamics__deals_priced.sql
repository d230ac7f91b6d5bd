{{ config(materialized='view') }}

-- A currency that is not known any more becomes XXX, which no exchange rate has: it must not pass as the base currency.
select
    deals.*,
    coalesce(
        currencies.currency,
        case when deals.transaction_currency_id is not null then 'XXX' end
    ) as currency
from {{ ref('stg_dynamics__opportunities') }} as deals
left join {{ ref('stg_dynamics__transactioncurrencies') }} as currencies
    on
        deals.source = currencies.source
        and deals.transaction_currency_id = currencies.transaction_currency_id
