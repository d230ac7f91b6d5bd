with source as (

    {{ latest('freshdesk', 'satisfaction_ratings', {
        'ticket_id': 'text', 'user_id': 'text', 'feedback': 'text', 'created_at': 'text', 'updated_at': 'text',
        'ratings': ['default_question']
    }) }}

),

renamed as (

    select
        {{ global_id('record_id') }} as survey_id,
        source,
        record_id as source_id,
        {{ utc('r.created_at') }} as created_at,
        coalesce({{ utc('r.updated_at') }}, changed_at) as updated_at,
        is_deleted,
        {{ global_id('r.user_id') }} as contact_id,
        {{ global_id('r.ticket_id') }} as ticket_id,
        'CSAT' as kind,
        case
            when {{ as_whole('r.ratings.default_question') }} >= 100
                then {{ as_whole('r.ratings.default_question') }} - 96
            when {{ as_whole('r.ratings.default_question') }} < 0
                then {{ as_whole('r.ratings.default_question') }} + 104
        end as score,
        7 as scale_max,
        {{ nullif_blank('r.feedback') }} as comment,
        {{ utc('r.created_at') }} as answered_at,
        {{ unread(times=['r.created_at', 'r.updated_at'], wholes=['r.ratings.default_question']) }} as parse_errors
    from source

)

select * from renamed
