{#- A refund's lines are written with a minus, its amount is not. -#}
with source as (

    {{ latest('woocommerce', 'refunds', {
        'parent_id': 'text', 'amount': 'text', 'reason': 'text', 'date_created_gmt': 'text',
        'line_items': {'each': {
            'quantity': 'text', 'total': 'text', 'total_tax': 'text', 'meta_data': {'each': ['key', 'value']}
        }},
        'shipping_lines': {'each': ['total', 'total_tax']}
    }) }}

),

summed as (

    select
        *,
        {{ summed('r.line_items', 'total_tax') }} as line_taxes,
        {{ summed('r.shipping_lines', 'total') }} as shipping,
        {{ summed('r.shipping_lines', 'total_tax') }} as shipping_taxes
    from source

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
        abs({{ as_decimal('r.amount') }}) as amount,
        abs(coalesce({{ as_decimal('line_taxes') }}, 0)) as line_tax_amount,
        abs(coalesce({{ as_decimal('shipping') }}, 0)) as shipping_amount,
        abs(coalesce({{ as_decimal('shipping_taxes') }}, 0)) as shipping_tax_amount,
        r.line_items as refund_lines,
        {{ nullif_blank('r.reason') }} as reason,
        {{ unread(
            times=['r.date_created_gmt'], decimals=['r.amount', 'line_taxes', 'shipping', 'shipping_taxes'],
            refunds=['r.amount']
        ) }} as parse_errors
    from summed

)

select * from renamed
