{% set reference = {'each': 'text'} %}
with source as (

    {{ latest('odoo', 'mailing_traces', {
        'mass_mailing_id': reference, 'email': 'text', 'model': 'text', 'res_id': 'text', 'trace_status': 'text',
        'failure_type': 'text',
        'sent_datetime': 'text', 'open_datetime': 'text', 'reply_datetime': 'text', 'links_click_datetime': 'text',
        'state': 'text', 'sent': 'text', 'opened': 'text', 'replied': 'text', 'clicked': 'text',
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
        -- Version 14 names the times and the states otherwise.
        coalesce(
            {{ odoo_text('r.trace_status') }},
            case {{ odoo_text('r.state') }}
                when 'opened' then 'open' when 'replied' then 'reply' when 'bounced' then 'bounce'
                when 'exception' then 'error' when 'ignored' then 'cancel' else {{ odoo_text('r.state') }}
            end
        ) as status,
        -- Odoo itself leaves out who is on its blacklist, or has opted out of the mailing list.
        case when {{ odoo_text('r.failure_type') }} in ('mail_bl', 'mail_optout') then false end as email_consent,
        coalesce({{ utc(odoo_text('r.sent_datetime')) }}, {{ utc(odoo_text('r.sent')) }}) as sent_at,
        coalesce({{ utc(odoo_text('r.open_datetime')) }}, {{ utc(odoo_text('r.opened')) }}) as opened_at,
        coalesce({{ utc(odoo_text('r.links_click_datetime')) }}, {{ utc(odoo_text('r.clicked')) }}) as clicked_at,
        coalesce({{ utc(odoo_text('r.reply_datetime')) }}, {{ utc(odoo_text('r.replied')) }}) as replied_at,
        {{ unread(times=['r.create_date', 'r.write_date']) }} as parse_errors
    from source

)

select * from renamed
