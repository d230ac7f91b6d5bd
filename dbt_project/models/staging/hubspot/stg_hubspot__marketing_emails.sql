with source as (

    {{ latest('hubspot', 'marketing_emails', {
        'name': 'text', 'subject': 'text', 'createdAt': 'text', 'updatedAt': 'text', 'publishDate': 'text',
        'publishedAt': 'text', 'stats': {'counters': ['sent']}
    }) }}

),

renamed as (

    select
        {{ global_id('record_id') }} as campaign_id,
        source,
        record_id as source_id,
        {{ utc('r.createdAt') }} as created_at,
        coalesce({{ utc('r.updatedAt') }}, changed_at) as updated_at,
        is_deleted,
        coalesce({{ nullif_blank('r.name') }}, {{ nullif_blank('r.subject') }}) as name,
        {{ nullif_blank('r.subject') }} as subject,
        'email' as channel,
        coalesce({{ utc('r.publishDate') }}, {{ utc('r.publishedAt') }}) as sent_at,
        {{ as_whole('r.stats.counters.sent') }} as count_of_sent,
        {{ unread(
            times=['r.createdAt', 'r.updatedAt', 'r.publishDate', 'r.publishedAt'], wholes=['r.stats.counters.sent']
        ) }} as parse_errors
    from source

)

select * from renamed
