{#- An amount in a currency's smallest unit, as money. -#}
{% macro from_minor_units(amount, currency) -%}
    {{ crm360.quotient(
        'try_cast(' ~ crm360.nullif_blank(amount) ~ ' as decimal(18, 0))',
        crm360.minor_units(currency)
    ) }}
{%- endmacro %}

{#- How many of its smallest units a currency has. Which have none or three decimals: docs.stripe.com/currencies (ISK and UGX
    are sent with two all the same). -#}
{% macro minor_units(currency) -%}
    case
        when lower({{ currency }}) in (
            'bif', 'clp', 'djf', 'gnf', 'jpy', 'kmf', 'krw', 'mga', 'pyg', 'rwf', 'vnd', 'vuv', 'xaf', 'xof', 'xpf'
        ) then 1
        when lower({{ currency }}) in ('bhd', 'jod', 'kwd', 'omr', 'tnd') then 1000
        else 100
    end
{%- endmacro %}

{#- Percent and amount that a subscription's n-th discount takes off every invoice: 0 where it is for once, or there is none.
    Accounts that are on older versions tell only one, as `discount`. -#}
{% macro lasting_discount(n, only) -%}
    {%- set told = crm360.nth_of('source.r.discounts', n) ~ '.coupon' -%}
    {%- set lasts = told ~ ".duration <> 'once'" -%}
    {%- set percent = "case when " ~ lasts ~ " then " ~ crm360.as_decimal(told ~ '.percent_off') ~ " end" -%}
    {%- set amount = "case when " ~ lasts ~ " then " ~ crm360.from_minor_units(told ~ '.amount_off', 'source.r.currency') ~ " end" -%}
    {%- if n == 1 -%}
        {%- set alone = "case when " ~ crm360.first_of('source.r.discounts') ~ " is null and " ~ only ~ ".coupon.duration <> 'once' then " -%}
        {%- set percent = percent ~ ', ' ~ alone ~ crm360.as_decimal(only ~ '.coupon.percent_off') ~ ' end' -%}
        {%- set amount = amount ~ ', ' ~ alone ~ crm360.from_minor_units(only ~ '.coupon.amount_off', 'source.r.currency') ~ ' end' -%}
    {%- endif -%}
    cast(1 - cast(coalesce({{ percent }}, 0) as decimal(7, 4)) * cast(0.01 as decimal(3, 2)) as decimal(7, 6)) as rest_{{ n }},
        cast(coalesce({{ amount }}, 0) as decimal(18, 4)) as off_{{ n }}
{%- endmacro %}

{#- An amount less those discounts, one after the other; `off` is the name of their fixed parts, or none. -#}
{% macro less_discounts(amount, off) -%}
    {%- set told = namespace(amount=amount) -%}
    {%- for n in [1, 2, 3] -%}
        {%- set told.amount = 'cast(greatest(' ~ told.amount ~ ' * rest_' ~ n ~ (' - ' ~ off ~ '_' ~ n if off else '') ~ ', 0) as decimal(18, 4))' -%}
    {%- endfor -%}
    {{ told.amount }}
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
