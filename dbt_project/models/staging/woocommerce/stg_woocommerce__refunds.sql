with source as (

    {{ latest('woocommerce', 'refunds', [
        'parent_id', 'amount', 'reason', 'date_created_gmt'
    ]) }}

),

renamed as (

    select
        {{ global_id('record_id') }} as refund_id,
        source,
        record_id as source_id,
        {{ utc('r.date_created_gmt') }} as created_at,
        changed_at as updated_at,
        is_deleted,
        {{ global_id('r.parent_id') }} as order_id,
        {{ as_decimal('r.amount') }} as amount,
        {{ filled('r.reason') }} as reason,
        {{ unread(times=['r.date_created_gmt'], decimals=['r.amount']) }} as unread_fields
    from source

)

select * from renamed
