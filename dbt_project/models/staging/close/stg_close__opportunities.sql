{#- An amount is told in hundredths, as it is paid: of a monthly one, that of a month. `date_won` of one that is open is
    when it is expected to be won. -#}
with source as (

    {{ latest('close', 'opportunities', [
        'lead_id', 'lead_name', 'contact_id', 'user_id', 'pipeline_id', 'status_id', 'status_label', 'status_type', 'value',
        'value_currency', 'confidence', 'date_won', 'date_lost', 'date_created', 'date_updated'
    ]) }}

)

select
    {{ columns_of_record('deal_id', 'date_created', 'date_updated') }},
    {{ nullif_blank('r.lead_name') }} as name,
    {{ global_id('r.contact_id') }} as contact_id,
    {{ global_id('r.lead_id') }} as company_id,
    {{ nullif_blank('r.pipeline_id') }} as pipeline,
    {{ nullif_blank('r.status_id') }} as stage,
    {{ nullif_blank('r.status_label') }} as stage_label,
    {{ quotient(as_decimal('r.value'), '100') }} as amount,
    {{ as_currency('r.value_currency') }} as currency,
    case r.status_type
        when 'won' then cast(1 as decimal(18, 4))
        when 'lost' then cast(0 as decimal(18, 4))
        else {{ quotient(as_decimal('r.confidence'), '100') }}
    end as probability,
    {{ global_id('r.user_id') }} as owner_id,
    case when r.status_type = 'active' then {{ utc('r.date_won') }} end as expected_close_at,
    case r.status_type
        when 'won' then {{ utc('r.date_won') }}
        when 'lost' then {{ utc('r.date_lost') }}
    end as closed_at,
    r.status_type in ('won', 'lost') as is_closed,
    r.status_type = 'won' as is_won,
    {{ unread(
        times=['r.date_created', 'r.date_updated', 'r.date_won', 'r.date_lost'], decimals=['r.value', 'r.confidence']
    ) }} as parse_errors
from source
