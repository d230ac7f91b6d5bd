{#- What was begun at a counter and not paid is none. What comes back is an order of its own, with amounts below nought. -#}
{% set reference = {'each': 'text'} %}
with source as (

    {{ latest('odoo', 'pos_orders', {
        'name': 'text', 'pos_reference': 'text', 'partner_id': reference, 'date_order': 'text', 'state': 'text',
        'currency_id': reference, 'amount_tax': 'text', 'amount_total': 'text', 'user_id': reference,
        'create_date': 'text', 'write_date': 'text'
    }) }}

),

renamed as (

    select
        {{ global_id("'pos/' || record_id") }} as order_id,
        source,
        record_id as source_id,
        {{ utc(odoo_text('r.create_date')) }} as created_at,
        coalesce({{ utc(odoo_text('r.write_date')) }}, changed_at) as updated_at,
        is_deleted,
        coalesce(nullif({{ odoo_text('r.name') }}, '/'), {{ odoo_text('r.pos_reference') }}) as name,
        {{ odoo_id('r.partner_id') }} as partner_id,
        {{ utc(odoo_text('r.date_order')) }} as ordered_at,
        case when r.state = 'cancel' then {{ utc(odoo_text('r.write_date')) }} end as cancelled_at,
        case when {{ as_decimal('r.amount_total') }} < 0 then 'cancellation' else 'sale' end as order_kind,
        {{ odoo_text('r.state') }} as status,
        {{ as_currency(odoo_name('r.currency_id')) }} as currency,
        {{ as_decimal('r.amount_tax') }} as tax_amount,
        {{ as_decimal('r.amount_total') }} as total_amount,
        'pos' as channel,
        {{ odoo_name('r.user_id') }} as sales_rep,
        {{ unread(
            times=['r.create_date', 'r.write_date', 'r.date_order'], decimals=['r.amount_tax', 'r.amount_total']
        ) }} as parse_errors
    from source

)

{{ odoo_parties() }}
where coalesce(status, 'done') in ('paid', 'done', 'invoiced', 'cancel')
