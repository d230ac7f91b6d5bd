with source as (

    {{ latest('trustpilot', 'reviews', {
        'consumer': ['displayName'], 'businessUnit': ['displayName', 'identifyingName'], 'stars': 'text', 'title': 'text',
        'text': 'text', 'language': 'text', 'createdAt': 'text', 'companyReply': ['createdAt'], 'isVerified': 'text',
        'status': 'text', 'reportData': ['source', 'reviewVisibility'], 'referralEmail': 'text', 'referenceId': 'text'
    }) }}

)

select
    {{ global_id('record_id') }} as review_id,
    source,
    record_id as source_id,
    {{ utc('r.createdAt') }} as created_at,
    changed_at as updated_at,
    is_deleted,
    {{ nullif_blank('r.referenceId') }} as order_reference,
    lower({{ nullif_blank('r.referralEmail') }}) as email,
    {{ nullif_blank('r.consumer.displayName') }} as author_name,
    coalesce(
        {{ nullif_blank('r.businessUnit.displayName') }}, {{ nullif_blank('r.businessUnit.identifyingName') }}
    ) as place,
    {{ as_decimal('r.stars') }} as rating,
    cast(case when r.stars is not null then 5 end as decimal(18, 4)) as rating_max,
    {{ nullif_blank('r.title') }} as title,
    {{ nullif_blank('r.text') }} as comment,
    lower({{ nullif_blank('r.language') }}) as language,
    case
        when coalesce(r.reportData.source, r.reportData.reviewVisibility) is not null then 'reported'
        when lower(r.status) = 'active' then 'published'
        else lower({{ nullif_blank('r.status') }})
    end as status,
    {{ as_flag('r.isVerified') }} as is_verified,
    {{ utc('r.createdAt') }} as reviewed_at,
    {{ utc('r.companyReply.createdAt') }} as replied_at,
    {{ unread(decimals=['r.stars'], times=['r.createdAt', 'r.companyReply.createdAt']) }} as parse_errors
from source
