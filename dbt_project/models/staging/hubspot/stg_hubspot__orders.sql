{% set amounts = [
    'r.properties.hs_order_discount', 'r.properties.hs_tax', 'r.properties.hs_shipping_cost',
    'r.properties.hs_total_price', 'r.properties.hs_refund_amount'
] %}
with source as (

    {{ latest('hubspot', 'orders', {
        'createdAt': 'text',
        'updatedAt': 'text',
        'properties': [
            'hs_order_name', 'hs_billing_address_email', 'hs_billing_address_phone', 'hs_external_created_date',
            'hs_closed_date', 'hs_payment_status', 'hs_external_order_status', 'hs_pipeline', 'hs_pipeline_stage',
            'hs_currency_code', 'hs_order_discount', 'hs_tax', 'hs_shipping_cost', 'hs_total_price', 'hs_refund_amount',
            'hs_source_store'
        ],
        'associations': {
            'contacts': {'results': {'each': ['id']}},
            'companies': {'results': {'each': ['id']}}
        }
    }) }}

),

renamed as (

    select
        {{ global_id('record_id') }} as order_id,
        source,
        record_id as source_id,
        {{ utc('r.createdAt') }} as created_at,
        coalesce({{ utc('r.updatedAt') }}, changed_at) as updated_at,
        is_deleted or merged_into is not null as is_deleted,
        {{ nullif_blank('r.properties.hs_order_name') }} as name,
        {{ global_id(first_of('r.associations.contacts.results') ~ '.id') }} as contact_id,
        {{ global_id(first_of('r.associations.companies.results') ~ '.id') }} as company_id,
        lower({{ nullif_blank('r.properties.hs_billing_address_email') }}) as email,
        {{ nullif_blank('r.properties.hs_billing_address_phone') }} as phone,
        coalesce({{ utc('r.properties.hs_external_created_date') }}, {{ utc('r.createdAt') }}) as ordered_at,
        {{ utc('r.properties.hs_closed_date') }} as closed_at,
        'sale' as order_kind,
        lower({{ nullif_blank('r.properties.hs_payment_status') }}) as payment_status,
        lower({{ nullif_blank('r.properties.hs_external_order_status') }}) as external_status,
        {{ nullif_blank('r.properties.hs_pipeline') }} as pipeline,
        {{ nullif_blank('r.properties.hs_pipeline_stage') }} as stage,
        {{ as_currency('r.properties.hs_currency_code') }} as currency,
        {{ as_decimal('r.properties.hs_order_discount') }} as discount_amount,
        {{ as_decimal('r.properties.hs_tax') }} as tax_amount,
        {{ as_decimal('r.properties.hs_shipping_cost') }} as shipping_amount,
        {{ as_decimal('r.properties.hs_total_price') }} as total_amount,
        {{ as_decimal('r.properties.hs_refund_amount') }} as refunded_amount,
        lower({{ nullif_blank('r.properties.hs_source_store') }}) as channel,
        {{ unread(
            times=[
                'r.createdAt', 'r.updatedAt', 'r.properties.hs_external_created_date', 'r.properties.hs_closed_date'
            ],
            decimals=amounts
        ) }} as parse_errors
    from source

)

select * from renamed
