-- Who recommends a page, or does not, says 1 or 0 of 1; those who gave stars did so before there were recommendations.
with source as (

    {{ latest('facebook', 'ratings', [
        'created_time', 'platform', 'person_id', 'person_name', 'page_name', 'rating', 'recommendation_type', 'review_text'
    ]) }}

)

select
    {{ global_id('record_id') }} as review_id,
    source,
    record_id as source_id,
    {{ utc('r.created_time') }} as created_at,
    changed_at as updated_at,
    is_deleted,
    {{ global_id("r.platform || '/' || r.person_id") }} as contact_id,
    {{ nullif_blank('r.person_name') }} as author_name,
    {{ nullif_blank('r.page_name') }} as place,
    cast(
        case
            when {{ as_decimal('r.rating') }} > 0 then {{ as_decimal('r.rating') }}
            when r.recommendation_type = 'positive' then 1
            when r.recommendation_type = 'negative' then 0
        end as decimal(18, 4)
    ) as rating,
    cast(
        case
            when {{ as_decimal('r.rating') }} > 0 then 5
            when r.recommendation_type in ('positive', 'negative') then 1
        end as decimal(18, 4)
    ) as rating_max,
    {{ nullif_blank('r.review_text') }} as comment,
    case when not is_deleted then 'published' end as status,
    {{ utc('r.created_time') }} as reviewed_at,
    {{ unread(decimals=['r.rating'], times=['r.created_time']) }} as parse_errors
from source
