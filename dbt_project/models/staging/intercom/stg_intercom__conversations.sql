-- A message that a colleague or a campaign began is none of the customer's, until they answer.
{% set times = [
    'r.created_at', 'r.updated_at', 'r.statistics.first_contact_reply_at', 'r.statistics.first_admin_reply_at',
    'r.statistics.last_close_at', 'r.conversation_rating.updated_at'
] %}
with source as (

    {{ latest('intercom', 'conversations', {
        'title': 'text', 'created_at': 'text', 'updated_at': 'text', 'state': 'text', 'priority': 'text',
        'admin_assignee_id': 'text', 'team_assignee_id': 'text', 'company': ['id'],
        'source': ['type', 'delivered_as', 'subject'], 'contacts': {'contacts': {'each': ['id']}},
        'first_contact_reply': ['created_at'],
        'statistics': ['first_contact_reply_at', 'first_admin_reply_at', 'last_close_at', 'count_reopens'],
        'conversation_rating': ['rating', 'remark', 'updated_at']
    }) }}

),

timed as (

    select
        *,
        {{ from_epoch('r.created_at') }} as opened_at,
        {{ from_epoch('r.statistics.first_admin_reply_at') }} as answered_at,
        coalesce(
            {{ from_epoch('r.statistics.first_contact_reply_at') }}, {{ from_epoch('r.first_contact_reply.created_at') }}
        ) as asked_at,
        {{ from_epoch('r.statistics.last_close_at') }} as closed_at,
        {{ as_whole('r.conversation_rating.rating') }} as rating
    from source

),

renamed as (

    select
        {{ global_id('record_id') }} as ticket_id,
        source,
        record_id as source_id,
        opened_at as created_at,
        coalesce({{ from_epoch('r.updated_at') }}, changed_at) as updated_at,
        is_deleted,
        {{ global_id(first_of('r.contacts.contacts') ~ '.id') }} as contact_id,
        {{ global_id('r.company.id') }} as company_id,
        coalesce(
            {{ nullif_blank('r.title') }},
            {{ nullif_blank(replace_all('r.source.subject', '<[^>]*>', '')) }}
        ) as subject,
        lower({{ nullif_blank('r.state') }}) as status,
        nullif(lower({{ nullif_blank('r.priority') }}), 'none') as priority,
        case when r.source.type = 'conversation' then 'chat' else lower({{ nullif_blank('r.source.type') }}) end as channel,
        {{ global_id("nullif(r.admin_assignee_id, '0')") }} as agent_id,
        {{ global_id("nullif(r.team_assignee_id, '0')") }} as team_id,
        cast({{ dbt.datediff('coalesce(asked_at, opened_at)', 'answered_at', 'minute') }} as bigint) as first_reply_minutes,
        case when r.state = 'closed' then closed_at end as solved_at,
        r.state = 'closed' as is_closed,
        {{ as_whole('r.statistics.count_reopens') }} as count_of_reopens,
        case when rating >= 4 then 'satisfied' when rating <= 2 then 'dissatisfied' end as satisfaction,
        rating,
        {{ nullif_blank('r.conversation_rating.remark') }} as remark,
        {{ from_epoch('r.conversation_rating.updated_at') }} as rated_at,
        {{ unread(wholes=times + ['r.statistics.count_reopens', 'r.conversation_rating.rating']) }} as parse_errors
    from timed
    where
        is_deleted
        or coalesce(r.source.delivered_as, 'customer_initiated') = 'customer_initiated'
        or asked_at is not null

)

select * from renamed
