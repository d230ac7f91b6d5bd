with source as (

    {{ latest('stripe', 'charges', {
        'customer': 'text', 'invoice': 'text', 'status': 'text', 'currency': 'text', 'captured': 'text',
        'amount_captured': 'text', 'created': 'text', 'receipt_email': 'text',
        'metadata': ['order_id', 'order_number', 'order_name', 'order'],
        'billing_details': ['email'], 'payment_method_details': ['type']
    }) }}

),

renamed as (

    select
        {{ global_id('record_id') }} as payment_id,
        source,
        record_id as source_id,
        {{ from_epoch('r.created') }} as created_at,
        changed_at as updated_at,
        is_deleted,
        {{ global_id('r.customer') }} as contact_id,
        {{ global_id('r.invoice') }} as invoice_id,
        'payment' as kind,
        {{ nullif_blank('r.status') }} as status,
        -- A shop says in its own words of which order a charge is (WooCommerce's gateway: the order's number as
        -- order_id).
        coalesce(
            {{ nullif_blank('r.metadata.order_number') }}, {{ nullif_blank('r.metadata.order_name') }},
            {{ nullif_blank('r.metadata.order') }}, {{ nullif_blank('r.metadata.order_id') }}
        ) as order_reference,
        {{ nullif_blank('r.payment_method_details.type') }} as method,
        lower(coalesce({{ nullif_blank('r.billing_details.email') }}, {{ nullif_blank('r.receipt_email') }})) as email,
        -- A charge that is only authorised has succeeded, too; nothing of it has been captured.
        case
            when r.status = 'succeeded' and coalesce({{ as_flag('r.captured') }}, true)
                then {{ from_epoch('r.created') }}
        end as paid_at,
        {{ as_currency('r.currency') }} as currency,
        case
            when r.status = 'succeeded' then {{ from_minor_units('r.amount_captured', 'r.currency') }}
            else 0
        end as amount,
        {{ unread(wholes=['r.amount_captured', 'r.created']) }} as parse_errors
    from source

)

select * from renamed
