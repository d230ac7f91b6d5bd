{% set reference = {'each': 'text'} %}
with source as (

    {{ latest('odoo', 'companies', {
        'name': 'text', 'website': 'text', 'industry_id': reference, 'city': 'text', 'country_id': reference,
        'street': 'text', 'zip': 'text', 'phone': 'text', 'create_date': 'text', 'write_date': 'text'
    }) }}

),

renamed as (

    select
        {{ global_id('record_id') }} as company_id,
        source,
        record_id as source_id,
        {{ utc(odoo_text('r.create_date')) }} as created_at,
        coalesce({{ utc(odoo_text('r.write_date')) }}, changed_at) as updated_at,
        is_deleted,
        {{ global_id('merged_into') }} as merged_into,
        {{ odoo_text('r.name') }} as name,
        {{ nullif_blank(replace_all('lower(' ~ odoo_text('r.website') ~ ')', '^(https?://)?(www[.])?|[/:?#].*$', '')) }}
            as domain,
        {{ odoo_name('r.industry_id') }} as industry,
        {{ odoo_text('r.city') }} as city,
        {{ odoo_name('r.country_id') }} as country,
        {{ odoo_text('r.street') }} as street,
        {{ odoo_text('r.zip') }} as postal_code,
        {{ odoo_text('r.phone') }} as phone,
        {{ unread(times=['r.create_date', 'r.write_date']) }} as parse_errors
    from source

)

select * from renamed
