with source as (

    {{ latest('zendesk', 'satisfaction_ratings', [
        'score', 'ticket_id', 'requester_id', 'comment', 'created_at', 'updated_at'
    ]) }}

),

renamed as (

    select
        {{ global_id('record_id') }} as survey_id,
        source,
        record_id as source_id,
        {{ utc('r.created_at') }} as created_at,
        coalesce({{ utc('r.updated_at') }}, changed_at) as updated_at,
        is_deleted,
        {{ global_id('r.requester_id') }} as contact_id,
        {{ global_id('r.ticket_id') }} as ticket_id,
        'CSAT' as kind,
        case when r.score like 'good%' then 1 when r.score like 'bad%' then 0 end as score,
        1 as scale_max,
        {{ nullif_blank('r.comment') }} as comment,
        case when r.score like 'good%' or r.score like 'bad%' then {{ utc('r.updated_at') }} end as answered_at,
        {{ unread(times=['r.created_at', 'r.updated_at']) }} as parse_errors
    from source

)

select * from renamed
