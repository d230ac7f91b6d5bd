-- What was only planned, written or tried was no touch.
with source as (

    {{ latest('close', 'activities', [
        '_type', 'contact_id', 'direction', 'status', 'disposition', 'remote_phone', 'date_sent', 'starts_at', 'date_created',
        'date_updated'
    ]) }}

),

told as (

    select
        *,
        case r._type
            when 'Meeting' then {{ utc('r.starts_at') }}
            when 'Email' then coalesce({{ utc('r.date_sent') }}, {{ utc('r.date_created') }})
            else {{ utc('r.date_created') }}
        end as happened_at,
        case r._type
            when 'Call'
                then
                    coalesce(r.status, 'completed') = 'completed'
                    and coalesce(r.disposition, 'answered') = 'answered'
            when 'Meeting'
                then
                    coalesce(r.status, 'completed')
                    not in ('canceled', 'declined-by-lead', 'declined-by-org', 'no-show')
            else r.status in ('sent', 'inbox')
        end as took_place
    from source

)

select
    {{ global_id("'activities/' || record_id") }} as interaction_id,
    source,
    record_id as source_id,
    {{ utc('r.date_created') }} as created_at,
    coalesce({{ utc('r.date_updated') }}, changed_at) as updated_at,
    is_deleted,
    {{ global_id('r.contact_id') }} as contact_id,
    {{ nullif_blank('r.remote_phone') }} as phone,
    lower(r._type) as kind,
    case
        when r.direction in ('inbound', 'incoming') then 'inbound'
        when r.direction in ('outbound', 'outgoing') then 'outbound'
    end as direction,
    case r._type when 'Call' then 'phone' else lower(r._type) end as channel,
    happened_at,
    {{ unread(times=['r.date_created', 'r.date_updated', 'r.date_sent', 'r.starts_at']) }} as parse_errors
from told
where
    is_deleted
    or (
        took_place
        and coalesce(cast(happened_at as date), date '1970-01-01') <= {{ as_of_date() }}
    )
