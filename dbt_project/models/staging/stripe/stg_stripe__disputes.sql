{#- Stripe takes the money when a bank disputes a charge, and gives it back if the dispute is won: only one that is lost
    has cost anything, on the day on which the money was taken. An inquiry (warning_…) takes none. -#}
with source as (

    {{ latest('stripe', 'disputes', {
        'charge': 'text', 'status': 'text', 'currency': 'text', 'amount': 'text', 'created': 'text',
        'balance_transactions': {'each': ['amount', 'created']}
    }) }}

),

opened as (

    select
        *,
        {{ first_of(those_with('r.balance_transactions', "e.amount like '-%'")) }}.created as withdrawn
    from source

),

renamed as (

    select
        {{ global_id('record_id') }} as payment_id,
        source,
        record_id as source_id,
        {{ from_epoch('r.created') }} as created_at,
        changed_at as updated_at,
        is_deleted,
        {{ global_id('r.charge') }} as charge_id,
        'dispute' as kind,
        {{ nullif_blank('r.status') }} as status,
        case when r.status = 'lost' then coalesce({{ from_epoch('withdrawn') }}, {{ from_epoch('r.created') }}) end
            as paid_at,
        {{ as_currency('r.currency') }} as currency,
        case
            when r.status = 'lost' then -{{ from_minor_units('r.amount', 'r.currency') }}
            else 0
        end as amount,
        {{ unread(wholes=['r.amount', 'r.created', 'withdrawn'], refunds=['r.amount']) }} as parse_errors
    from opened

)

select * from renamed
