{#- Sections and notes among the lines sell nothing. -#}
{% set reference = {'each': 'text'} %}
with source as (

    {{ latest('odoo', 'orders', {
        'state': 'text', 'create_date': 'text', 'write_date': 'text',
        'lines': {'each': {
            'id': 'text', 'product_id': reference, 'name': 'text', 'product_uom_qty': 'text', 'price_unit': 'text',
            'price_total': 'text', 'display_type': 'text'
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
    where coalesce(r.state, 'sale') in ('sale', 'done', 'cancel')

),

renamed as (

    select
        {{ global_id('r.id') }} as order_line_id,
        source,
        r.id as source_id,
        created_at,
        updated_at,
        is_deleted,
        {{ global_id('record_id') }} as order_id,
        {{ odoo_id('r.product_id') }} as product_id,
        {{ odoo_text('r.name') }} as description,
        {{ as_decimal('r.product_uom_qty') }} as quantity,
        {{ as_decimal('r.price_unit') }} as unit_price,
        {{ as_decimal('r.price_total') }} as line_amount,
        {{ unread(decimals=['r.product_uom_qty', 'r.price_unit', 'r.price_total']) }} as parse_errors
    from unnested
    where coalesce(r.display_type, 'false') = 'false'

)

select * from renamed
