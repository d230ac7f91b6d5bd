with source as (

    {{ latest('google_reviews', 'reviews', {
        'name': 'text', 'reviewer': ['displayName', 'isAnonymous'], 'starRating': 'text', 'comment': 'text',
        'createTime': 'text', 'reviewReply': ['updateTime']
    }) }}

)

select
    {{ global_id('record_id') }} as review_id,
    source,
    record_id as source_id,
    {{ utc('r.createTime') }} as created_at,
    changed_at as updated_at,
    is_deleted,
    case
        when not coalesce({{ as_flag('r.reviewer.isAnonymous') }}, false)
            then {{ nullif_blank('r.reviewer.displayName') }}
    end as author_name,
    split_part(r.name, '/', 4) as place,
    cast(
        case upper(r.starRating)
            when 'ONE' then 1
            when 'TWO' then 2
            when 'THREE' then 3
            when 'FOUR' then 4
            when 'FIVE' then 5
        end as decimal(18, 4)
    ) as rating,
    cast(case when not is_deleted then 5 end as decimal(18, 4)) as rating_max,
    {{ nullif_blank('r.comment') }} as comment,
    case when not is_deleted then 'published' end as status,
    {{ utc('r.createTime') }} as reviewed_at,
    {{ utc('r.reviewReply.updateTime') }} as replied_at,
    {{ unread(times=['r.createTime', 'r.reviewReply.updateTime']) }} as parse_errors
from source
