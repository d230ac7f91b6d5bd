with source as (

    {{ latest('stripe', 'refunds', [
        'charge', 'status', 'currency', 'amount', 'created'
    ]) }}

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
        'refund' as kind,
        {{ nullif_blank('r.status') }} as status,
        case when r.status = 'succeeded' then {{ from_epoch('r.created') }} end as paid_at,
        {{ as_currency('r.currency') }} as currency,
        case
            when r.status = 'succeeded' then -{{ from_minor_units('r.amount', 'r.currency') }}
            else 0
        end as amount,
        {{ unread(wholes=['r.amount', 'r.created'], refunds=['r.amount']) }} as parse_errors
    from source

)

select * from renamed
