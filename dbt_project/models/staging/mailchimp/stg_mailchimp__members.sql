with source as (

    {{ latest('mailchimp', 'members', {
        'email_address': 'text', 'list_id': 'text', 'full_name': 'text', 'status': 'text',
        'merge_fields': ['FNAME', 'LNAME', 'PHONE'], 'location': ['country_code'], 'language': 'text',
        'last_changed': 'text', 'timestamp_opt': 'text'
    }) }}

),

renamed as (

    select
        {{ global_id('record_id') }} as contact_id,
        source,
        record_id as source_id,
        {{ utc('r.timestamp_opt') }} as created_at,
        coalesce({{ utc('r.last_changed') }}, changed_at) as updated_at,
        is_deleted,
        {{ global_id('merged_into') }} as merged_into,
        coalesce(
            {{ nullif_blank('r.full_name') }},
            {{ nullif_blank("concat_ws(' ', r.merge_fields.FNAME, r.merge_fields.LNAME)") }}
        ) as full_name,
        {{ nullif_blank('r.merge_fields.FNAME') }} as first_name,
        {{ nullif_blank('r.merge_fields.LNAME') }} as last_name,
        lower({{ nullif_blank('r.email_address') }}) as email,
        {{ nullif_blank('r.merge_fields.PHONE') }} as phone,
        {{ nullif_blank('r.location.country_code') }} as country,
        {{ nullif_blank('r.language') }} as language,
        case lower({{ nullif_blank('r.status') }})
            when 'subscribed' then true
            when 'unsubscribed' then false
            when 'cleaned' then false
            when 'archived' then false
        end as email_consent,
        -- A yes is of when it was confirmed. When somebody left is told by the last change alone.
        case
            when lower({{ nullif_blank('r.status') }}) = 'subscribed' then {{ utc('r.timestamp_opt') }}
            when lower({{ nullif_blank('r.status') }}) in ('unsubscribed', 'cleaned', 'archived')
                then {{ utc('r.last_changed') }}
        end as consent_at,
        {{ global_id("coalesce(" ~ nullif_blank('r.list_id') ~ ", split_part(record_id, '/', 1))") }} as list_id,
        {{ unread(times=['r.last_changed', 'r.timestamp_opt']) }} as parse_errors
    from source

)

select * from renamed
