with source as (

    {{ latest('zendesk', 'tickets', {
        'subject': 'text', 'status': 'text', 'priority': 'text', 'type': 'text', 'via': ['channel'],
        'requester_id': 'text', 'assignee_id': 'text', 'group_id': 'text', 'organization_id': 'text',
        'tags': {'each': 'text'}, 'satisfaction_rating': ['score'], 'created_at': 'text', 'updated_at': 'text',
        'metric_set': {
            'reopens': 'text', 'replies': 'text', 'solved_at': 'text', 'status_updated_at': 'text',
            'reply_time_in_minutes': ['calendar']
        }
    }) }}

),

renamed as (

    select
        {{ global_id('record_id') }} as ticket_id,
        source,
        record_id as source_id,
        {{ utc('r.created_at') }} as created_at,
        coalesce({{ utc('r.updated_at') }}, changed_at) as updated_at,
        -- A ticket that was merged into another is no case of its own, as a merged person is none.
        is_deleted
        or coalesce(r.status, '') = 'deleted'
        or coalesce({{ matches('lower(' ~ array_to_text('r.tags', ' ') ~ ')', '(^| )closed_by_merge( |$)') }}, false)
            as is_deleted,
        {{ global_id('r.requester_id') }} as contact_id,
        {{ global_id('r.organization_id') }} as company_id,
        {{ nullif_blank('r.subject') }} as subject,
        lower({{ nullif_blank('r.status') }}) as status,
        lower({{ nullif_blank('r.priority') }}) as priority,
        lower({{ nullif_blank('r.type') }}) as type,
        lower({{ nullif_blank('r.via.channel') }}) as channel,
        {{ global_id('r.assignee_id') }} as agent_id,
        {{ global_id('r.group_id') }} as team_id,
        {{ as_whole('r.metric_set.reply_time_in_minutes.calendar') }} as first_reply_minutes,
        {{ utc('r.metric_set.solved_at') }} as solved_at,
        {{ utc('r.metric_set.status_updated_at') }} as status_changed_at,
        lower({{ nullif_blank('r.status') }}) in ('solved', 'closed') as is_closed,
        {{ as_whole('r.metric_set.reopens') }} as count_of_reopens,
        {{ as_whole('r.metric_set.replies') }} as count_of_replies,
        coalesce({{ matches('lower(' ~ array_to_text('r.tags', ' ') ~ ')', '\\bescalated\\b') }}, false) as is_escalated,
        case
            when r.satisfaction_rating.score like 'good%' then 'satisfied'
            when r.satisfaction_rating.score like 'bad%' then 'dissatisfied'
        end as satisfaction,
        {{ unread(
            times=[
                'r.created_at', 'r.updated_at', 'r.metric_set.solved_at', 'r.metric_set.status_updated_at'
            ],
            wholes=['r.metric_set.reply_time_in_minutes.calendar', 'r.metric_set.reopens', 'r.metric_set.replies']
        ) }} as parse_errors
    from source

)

select * from renamed
