{#- Money that goes out is left out: its credit note tells of it. -#}
{% set reference = {'each': 'text'} %}
with source as (

    {{ latest('odoo', 'payments', {
        'name': 'text', 'state': 'text', 'payment_type': 'text', 'partner_id': reference, 'date': 'text',
        'amount': 'text', 'currency_id': reference, 'reconciled_invoice_ids': {'each': 'text'},
        'payment_method_line_id': reference, 'payment_method_id': reference, 'create_date': 'text', 'write_date': 'text'
    }) }}

),

dated as (

    select
        *,
        -- Until version 17 the state is that of the entry: posted.
        coalesce(r.state in ('posted', 'sent', 'reconciled', 'in_process', 'paid'), false) as is_made,
        {{ odoo_text('r.date') }} as paid_on
    from source

),

renamed as (

    select
        {{ global_id('record_id') }} as payment_id,
        source,
        record_id as source_id,
        {{ utc(odoo_text('r.create_date')) }} as created_at,
        coalesce({{ utc(odoo_text('r.write_date')) }}, changed_at) as updated_at,
        is_deleted,
        {{ odoo_id('r.partner_id') }} as partner_id,
        {{ global_id(first_of('r.reconciled_invoice_ids')) }} as invoice_id,
        'payment' as kind,
        {{ odoo_text('r.state') }} as status,
        coalesce({{ odoo_name('r.payment_method_line_id') }}, {{ odoo_name('r.payment_method_id') }}) as method,
        case when is_made then {{ utc('paid_on') }} end as paid_at,
        {{ as_currency(odoo_name('r.currency_id')) }} as currency,
        cast(case when is_made then {{ as_decimal('r.amount') }} else 0 end as decimal(18, 4)) as amount,
        {{ unread(times=['r.create_date', 'r.write_date', 'paid_on'], decimals=['r.amount']) }} as parse_errors
    from dated
    where coalesce(r.payment_type, 'inbound') <> 'outbound'

)

{{ odoo_parties() }}
