{% set billing = [
    'first_name', 'last_name', 'company', 'address_1', 'city', 'state', 'postcode', 'country', 'email', 'phone'
] %}
with source as (

    {{ latest('woocommerce', 'orders', {
        'number': 'text', 'status': 'text', 'currency': 'text', 'created_via': 'text', 'customer_id': 'text',
        'billing': billing, 'refunds': {'each': ['total']}, 'discount_total': 'text', 'discount_tax': 'text',
        'shipping_total': 'text', 'total': 'text', 'total_tax': 'text', 'date_created_gmt': 'text',
        'date_modified_gmt': 'text', 'date_paid_gmt': 'text'
    }) }}

),

refunds as (

    select
        source,
        record_id,
        {{ each() }}(r.refunds) as r
    from source

),

-- As text, so that one refund that cannot be read makes the sum unreadable, and not too small.
refunded as (

    select
        source,
        record_id,
        case
            when count(*) = count({{ as_decimal('r.total') }}) then cast(-sum({{ as_decimal('r.total') }}) as string)
            else 'unreadable'
        end as refunds
    from refunds
    group by source, record_id

),

joined as (

    select
        source.*,
        refunded.refunds
    from source
    left join refunded
        on
            source.source = refunded.source
            and source.record_id = refunded.record_id

),

renamed as (

    select
        {{ global_id('record_id') }} as order_id,
        source,
        record_id as source_id,
        {{ utc('r.date_created_gmt') }} as created_at,
        coalesce({{ utc('r.date_modified_gmt') }}, changed_at) as updated_at,
        is_deleted,
        '#' || {{ nullif_blank('r.number') }} as name,
        {{ global_id("coalesce(nullif(r.customer_id, '0'), " ~ guest_id('r.billing.email') ~ ")") }} as contact_id,
        r.customer_id = '0' and {{ nullif_blank('r.billing.email') }} is not null as is_guest,
        r.billing as buyer,
        lower({{ nullif_blank('r.billing.email') }}) as email,
        {{ nullif_blank('r.billing.phone') }} as phone,
        {{ utc('r.date_created_gmt') }} as ordered_at,
        case when r.status in ('cancelled', 'failed') then {{ utc('r.date_modified_gmt') }} end as cancelled_at,
        {{ utc('r.date_paid_gmt') }} as paid_at,
        'sale' as order_kind,
        {{ nullif_blank('r.status') }} as status,
        {{ as_currency('r.currency') }} as currency,
        {{ as_decimal('r.discount_total') }} + {{ as_decimal('r.discount_tax') }} as discount_amount,
        {{ as_decimal('r.total_tax') }} as tax_amount,
        {{ as_decimal('r.shipping_total') }} as shipping_amount,
        {{ as_decimal('r.total') }} as total_amount,
        coalesce({{ as_decimal('refunds') }}, 0) as refunded_amount,
        {{ nullif_blank('r.created_via') }} as channel,
        {{ unread(
            times=['r.date_created_gmt', 'r.date_modified_gmt', 'r.date_paid_gmt'],
            decimals=['r.discount_total', 'r.discount_tax', 'r.shipping_total', 'r.total', 'r.total_tax', 'refunds'],
            refunds=['refunds']
        ) }} as parse_errors
    from joined

)

select * from renamed
where coalesce(status, '') <> 'checkout-draft'
