{% set reference = {'each': 'text'} %}
with source as (

    {{ latest('odoo', 'mailing_traces', {
        'mass_mailing_id': reference, 'email': 'text', 'model': 'text', 'res_id': 'text', 'trace_status': 'text',
        'failure_type': 'text',
        'sent_datetime': 'text', 'open_datetime': 'text', 'reply_datetime': 'text', 'links_click_datetime': 'text',
        'create_date': 'text', 'write_date': 'text'
    }) }}

),

renamed as (

    select
        {{ global_id('record_id') }} as trace_id,
        source,
        record_id as source_id,
        {{ utc(odoo_text('r.create_date')) }} as created_at,
        coalesce({{ utc(odoo_text('r.write_date')) }}, changed_at) as updated_at,
        is_deleted,
        {{ odoo_id('r.mass_mailing_id') }} as campaign_id,
        {{ odoo_name('r.mass_mailing_id') }} as campaign_name,
        lower({{ odoo_text('r.email') }}) as email,
        case when r.model = 'res.partner' then {{ global_id(odoo_text('r.res_id')) }} end as contact_id,
        {{ odoo_text('r.trace_status') }} as status,
        -- Odoo itself leaves out who is on its blacklist, or has opted out of the mailing list.
        case when {{ odoo_text('r.failure_type') }} in ('mail_bl', 'mail_optout') then false end as email_consent,
        {{ utc(odoo_text('r.sent_datetime')) }} as sent_at,
        {{ utc(odoo_text('r.open_datetime')) }} as opened_at,
        {{ utc(odoo_text('r.links_click_datetime')) }} as clicked_at,
        {{ utc(odoo_text('r.reply_datetime')) }} as replied_at,
        {{ unread(times=['r.create_date', 'r.write_date']) }} as parse_errors
    from source

)

select * from renamed
