with source as (

    {{ latest('freshdesk', 'tickets', {
        'subject': 'text', 'status': 'text', 'priority': 'text', 'type': 'text', 'source': 'text',
        'requester_id': 'text', 'responder_id': 'text', 'group_id': 'text', 'company_id': 'text',
        'is_escalated': 'text', 'fr_escalated': 'text', 'created_at': 'text', 'updated_at': 'text',
        'stats': ['first_responded_at', 'resolved_at', 'closed_at', 'reopened_at', 'status_updated_at']
    }) }}

),

timed as (

    select
        *,
        {{ utc('r.created_at') }} as opened_at,
        {{ utc('r.stats.first_responded_at') }} as responded_at
    from source

),

renamed as (

    select
        {{ global_id('record_id') }} as ticket_id,
        source,
        record_id as source_id,
        opened_at as created_at,
        coalesce({{ utc('r.updated_at') }}, changed_at) as updated_at,
        is_deleted,
        {{ global_id('r.requester_id') }} as contact_id,
        {{ global_id('r.company_id') }} as company_id,
        {{ nullif_blank('r.subject') }} as subject,
        case r.status
            when '2' then 'open'
            when '3' then 'pending'
            when '4' then 'solved'
            when '5' then 'closed'
            when '6' then 'pending'
            when '7' then 'hold'
            else r.status
        end as status,
        case r.priority
            when '1' then 'low'
            when '2' then 'normal'
            when '3' then 'high'
            when '4' then 'urgent'
        end as priority,
        lower({{ nullif_blank('r.type') }}) as type,
        case r.source
            when '1' then 'email'
            when '2' then 'web'
            when '3' then 'voice'
            when '5' then 'twitter'
            when '6' then 'facebook'
            when '7' then 'chat'
            when '9' then 'web'
            when '10' then 'email'
            else r.source
        end as channel,
        {{ global_id('r.responder_id') }} as agent_id,
        {{ global_id('r.group_id') }} as team_id,
        {{ dbt.datediff('opened_at', 'responded_at', 'minute') }}
            as first_reply_minutes,
        coalesce({{ utc('r.stats.resolved_at') }}, {{ utc('r.stats.closed_at') }}) as solved_at,
        {{ utc('r.stats.status_updated_at') }} as status_changed_at,
        case when r.status in ('4', '5') then true when r.status in ('2', '3', '6', '7') then false end as is_closed,
        case
            when r.stats.reopened_at is not null then 1
            when r.stats is not null then 0
        end as count_of_reopens,
        coalesce({{ as_flag('r.is_escalated') }}, false) or coalesce({{ as_flag('r.fr_escalated') }}, false)
            as is_escalated,
        {{ unread(times=[
            'r.created_at', 'r.updated_at', 'r.stats.first_responded_at', 'r.stats.resolved_at', 'r.stats.closed_at',
            'r.stats.reopened_at', 'r.stats.status_updated_at'
        ]) }} as parse_errors
    from timed

)

select * from renamed
