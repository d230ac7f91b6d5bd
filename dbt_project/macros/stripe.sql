{#- An amount in a currency's smallest unit, as money. Which currencies have none or three decimals:
    docs.stripe.com/currencies (ISK and UGX are sent with two all the same). -#}
{% macro from_minor_units(amount, currency) -%}
    cast(try_cast({{ crm360.nullif_blank(amount) }} as decimal(18, 0)) / case
        when lower({{ currency }}) in (
            'bif', 'clp', 'djf', 'gnf', 'jpy', 'kmf', 'krw', 'mga', 'pyg', 'rwf', 'vnd', 'vuv', 'xaf', 'xof', 'xpf'
        ) then 1
        when lower({{ currency }}) in ('bhd', 'jod', 'kwd', 'omr', 'tnd') then 1000
        else 100
    end as decimal(18, 4))
{%- endmacro %}

{#- Stripe's refunds or disputes, with what their charge says of the payer. -#}
{% macro of_charges(model) -%}
with charges as (

    select
        payment_id as charge_id,
        contact_id,
        invoice_id,
        order_reference,
        method,
        email
    from {{ ref('stg_stripe__charges') }}

)

select
    told.*,
    charges.contact_id,
    charges.invoice_id,
    charges.order_reference,
    charges.method,
    charges.email
from {{ ref(model) }} as told
left join charges
    on told.charge_id = charges.charge_id
{%- endmacro %}
