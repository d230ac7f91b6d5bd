-- One row per record that tells of a transaction, of the kinds that the project counts (var value_counts): an order
-- that is no test, a deal won, an invoice paid. A cancelled order tells of one too, and counts nothing. A deal states
-- no tax.
{% set counts = var('value_counts') %}
{% set money = [
    'gross_revenue', 'tax_revenue', 'shipping_revenue', 'refunded_revenue', 'net_revenue', 'disputed_revenue',
    'repaid_revenue'
] %}

with tellings as (
    {% if 'orders' in counts -%}
    select
        'order' as kind,
        order_id as record_id,
        source,
        name,
        cast(null as string) as stated_order_id,
        contact_id,
        company_id,
        ordered_at as happened_at,
        order_kind,
        is_sale,
        is_correction,
        priced_currency as currency,
        total_amount,
        total_amount - coalesce(tax_amount, 0) - coalesce(shipping_amount, 0) as net_amount,
        exchange_rate,
        {{ money | join(', ') }},
        case when is_sale then coalesce(discount_amount, 0) * exchange_rate else 0 end as discount_value
    from {{ ref('int_orders_priced') }}
    where order_kind not in ('test', 'other')
    {%- endif %}
    {% if 'deals' in counts -%}
    {{ 'union all' if 'orders' in counts }}
    select
        'deal' as kind,
        deal_id as record_id,
        source,
        name,
        cast(null as string) as stated_order_id,
        contact_id,
        company_id,
        cast(coalesce(closed_on, cast(created_at as date)) as timestamp) as happened_at,
        'sale' as order_kind,
        true as is_sale,
        false as is_correction,
        valued_currency as currency,
        amount as total_amount,
        amount as net_amount,
        exchange_rate,
        {%- for amount in money %}
        {{ 'value_amount' if amount in ['gross_revenue', 'net_revenue'] else '0' }} as {{ amount }},
        {%- endfor %}
        0 as discount_value
    from {{ ref('int_deals_valued') }}
    where outcome = 'won'
    {%- endif %}
    {% if 'invoices' in counts -%}
    {{ 'union all' if counts != ['invoices'] }}
    select
        'invoice' as kind,
        invoice_id as record_id,
        source,
        name,
        order_id as stated_order_id,
        contact_id,
        company_id,
        issued_at as happened_at,
        order_kind,
        total_amount > 0 as is_sale,
        total_amount < 0 as is_correction,
        currency,
        total_amount,
        net_amount,
        exchange_rate,
        {{ money | join(', ') }},
        0 as discount_value
    from {{ ref('int_invoices_paid') }}
    {%- endif %}
)

select
    tellings.*,
    tellings.kind || ' ' || tellings.record_id as telling_id,
    tellings.source || ' ' || tellings.kind as system,
    contacts.customer_id,
    {{ account_of() }} as account_id,
    {{ reference_key('tellings.name') }} as reference_key,
    {{ telling_rank('tellings.source', 'tellings.kind') }} as preference
from tellings
left join {{ ref('int_contacts_resolved') }} as contacts
    on tellings.contact_id = contacts.contact_id
{{ account_joins('tellings.company_id', 'contacts.customer_id') }}
