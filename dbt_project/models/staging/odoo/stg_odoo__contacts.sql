{% set reference = {'each': 'text'} %}
with source as (

    {{ latest('odoo', 'contacts', {
        'name': 'text', 'email': 'text', 'phone': 'text', 'street': 'text', 'city': 'text', 'zip': 'text',
        'state_id': reference, 'country_id': reference, 'parent_id': reference, 'function': 'text', 'lang': 'text',
        'create_date': 'text', 'write_date': 'text'
    }) }}

),

renamed as (

    select
        {{ global_id('record_id') }} as contact_id,
        source,
        record_id as source_id,
        {{ utc(odoo_text('r.create_date')) }} as created_at,
        coalesce({{ utc(odoo_text('r.write_date')) }}, changed_at) as updated_at,
        is_deleted,
        {{ global_id('merged_into') }} as merged_into,
        {{ odoo_text('r.name') }} as full_name,
        lower({{ odoo_text('r.email') }}) as email,
        {{ odoo_text('r.phone') }} as phone,
        {{ odoo_id('r.parent_id') }} as company_id,
        {{ odoo_text('r.function') }} as job_title,
        {{ odoo_text('r.street') }} as street,
        {{ odoo_text('r.city') }} as city,
        {{ odoo_name('r.state_id') }} as region,
        {{ odoo_text('r.zip') }} as postal_code,
        {{ odoo_name('r.country_id') }} as country,
        {{ odoo_text('r.lang') }} as language,
        {{ unread(times=['r.create_date', 'r.write_date']) }} as parse_errors
    from source

)

select * from renamed
