with source as (

    {{ latest('freshdesk', 'contacts', [
        'name', 'email', 'phone', 'mobile', 'company_id', 'job_title', 'address', 'language', 'twitter_id',
        'created_at', 'updated_at'
    ]) }}

),

renamed as (

    select
        {{ global_id('record_id') }} as contact_id,
        source,
        record_id as source_id,
        {{ utc('r.created_at') }} as created_at,
        coalesce({{ utc('r.updated_at') }}, changed_at) as updated_at,
        is_deleted,
        {{ global_id('merged_into') }} as merged_into,
        {{ nullif_blank('r.name') }} as full_name,
        lower({{ nullif_blank('r.email') }}) as email,
        {{ nullif_blank('r.phone') }} as phone,
        {{ nullif_blank('r.mobile') }} as mobile_phone,
        {{ global_id('r.company_id') }} as company_id,
        {{ nullif_blank('r.job_title') }} as job_title,
        {{ nullif_blank('r.address') }} as street,
        {{ nullif_blank('r.language') }} as language,
        {{ nullif_blank('r.twitter_id') }} as twitter_handle,
        {{ unread(times=['r.created_at', 'r.updated_at']) }} as parse_errors
    from source

)

select * from renamed
