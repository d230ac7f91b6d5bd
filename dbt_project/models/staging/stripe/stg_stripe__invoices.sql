with source as (

    {{ latest('stripe', 'invoices', {
        'number': 'text', 'customer': 'text', 'status': 'text', 'currency': 'text', 'total': 'text', 'tax': 'text',
        'amount_paid': 'text', 'amount_remaining': 'text', 'created': 'text', 'due_date': 'text',
        'status_transitions': ['finalized_at', 'paid_at']
    }) }}

),

renamed as (

    select
        {{ global_id('record_id') }} as invoice_id,
        source,
        record_id as source_id,
        {{ from_epoch('r.created') }} as created_at,
        changed_at as updated_at,
        is_deleted,
        {{ nullif_blank('r.number') }} as name,
        {{ global_id('r.customer') }} as contact_id,
        {{ nullif_blank('r.status') }} as status,
        {{ from_epoch('r.status_transitions.finalized_at') }} as issued_at,
        {{ from_epoch('r.due_date') }} as due_at,
        {{ from_epoch('r.status_transitions.paid_at') }} as paid_at,
        {{ as_currency('r.currency') }} as currency,
        {{ from_minor_units('r.tax', 'r.currency') }} as tax_amount,
        {{ from_minor_units('r.total', 'r.currency') }} as total_amount,
        {{ from_minor_units('r.amount_paid', 'r.currency') }} as paid_amount,
        case
            when r.status in ('void', 'paid') then 0
            else {{ from_minor_units('r.amount_remaining', 'r.currency') }}
        end as balance_amount,
        {{ unread(wholes=[
            'r.total', 'r.tax', 'r.amount_paid', 'r.amount_remaining', 'r.created', 'r.due_date',
            'r.status_transitions.finalized_at', 'r.status_transitions.paid_at'
        ]) }} as parse_errors
    from source

)

select * from renamed
