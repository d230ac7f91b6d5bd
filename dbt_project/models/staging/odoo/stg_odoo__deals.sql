{#- A lost lead is archived, and no less there for it. -#}
{% set reference = {'each': 'text'} %}
with source as (

    {{ latest('odoo', 'leads', {
        'name': 'text', 'partner_id': reference, 'stage_id': reference, 'probability': 'text',
        'expected_revenue': 'text', 'company_currency': reference, 'user_id': reference, 'date_deadline': 'text',
        'date_closed': 'text', 'lost_reason_id': reference, 'lost_reason': reference, 'active': 'text', 'won_status': 'text',
        'create_date': 'text',
        'write_date': 'text'
    }) }}

),

told as (

    select
        *,
        -- Odoo says so itself since version 18; before, a lost lead is one that is archived.
        case {{ odoo_text('r.won_status') }}
            when 'lost' then true when 'won' then false when 'pending' then false else r.active = 'false'
        end as is_lost,
        case {{ odoo_text('r.won_status') }}
            when 'won' then true when 'lost' then false when 'pending' then false
            else {{ as_decimal('r.probability') }} >= 100
        end as is_sure,
        {{ odoo_text('r.date_closed') }} as date_closed,
        {{ odoo_text('r.date_deadline') }} as date_deadline
    from source

),

renamed as (

    select
        {{ global_id('record_id') }} as deal_id,
        source,
        record_id as source_id,
        {{ utc(odoo_text('r.create_date')) }} as created_at,
        coalesce({{ utc(odoo_text('r.write_date')) }}, changed_at) as updated_at,
        is_deleted,
        {{ odoo_text('r.name') }} as name,
        {{ odoo_id('r.partner_id') }} as partner_id,
        {{ nullif_blank(first_of('r.stage_id')) }} as stage,
        {{ odoo_name('r.stage_id') }} as stage_label,
        {{ as_decimal('r.expected_revenue') }} as amount,
        {{ as_currency(odoo_name('r.company_currency')) }} as currency,
        {{ quotient(as_decimal('r.probability'), '100') }} as probability,
        {{ odoo_id('r.user_id') }} as owner_id,
        {{ odoo_name('r.user_id') }} as owner_name,
        {{ utc('date_deadline') }} as expected_close_at,
        {{ utc('date_closed') }} as closed_at,
        coalesce(is_lost or is_sure, false) as is_closed,
        coalesce(is_sure and not is_lost, false) as is_won,
        coalesce({{ odoo_name('r.lost_reason_id') }}, {{ odoo_name('r.lost_reason') }}) as lost_reason,
        {{ unread(
            times=['r.create_date', 'r.write_date', 'date_closed', 'date_deadline'],
            decimals=['r.expected_revenue', 'r.probability']
        ) }} as parse_errors
    from told

)

{{ odoo_parties() }}
