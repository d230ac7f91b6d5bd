{% set reference = {'each': 'text'} %}
with source as (

    {{ latest('odoo', 'pos_orders', {
        'state': 'text', 'create_date': 'text', 'write_date': 'text',
        'lines': {'each': {
            'id': 'text', 'product_id': reference, 'full_product_name': 'text', 'qty': 'text', 'price_unit': 'text',
            'price_subtotal_incl': 'text'
        }}
    }) }}

),

unnested as (

    select
        source,
        record_id,
        is_deleted,
        {{ utc('r.create_date') }} as created_at,
        coalesce({{ utc('r.write_date') }}, changed_at) as updated_at,
        {{ each() }}(r.lines) as r
    from source
    where coalesce(r.state, 'done') in ('paid', 'done', 'invoiced', 'cancel')

)

select
    {{ global_id("'pos/' || r.id") }} as order_line_id,
    source,
    r.id as source_id,
    created_at,
    updated_at,
    is_deleted,
    {{ global_id("'pos/' || record_id") }} as order_id,
    {{ odoo_id('r.product_id') }} as product_id,
    coalesce({{ odoo_text('r.full_product_name') }}, {{ odoo_name('r.product_id') }}) as description,
    {{ as_decimal('r.qty') }} as quantity,
    {{ as_decimal('r.price_unit') }} as unit_price,
    {{ as_decimal('r.price_subtotal_incl') }} as line_amount,
    {{ unread(decimals=['r.qty', 'r.price_unit', 'r.price_subtotal_incl']) }} as parse_errors
from unnested
