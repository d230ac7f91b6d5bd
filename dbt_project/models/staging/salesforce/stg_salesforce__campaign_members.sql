with source as (

    {{ latest('salesforce', 'campaign_members', [
        'CampaignId', 'ContactId', 'LeadId', 'Status', 'HasResponded', 'FirstRespondedDate', 'CreatedDate',
        'SystemModstamp'
    ]) }}

),

renamed as (

    select
        {{ global_id('record_id') }} as campaign_member_id,
        source,
        record_id as source_id,
        {{ utc('r.CreatedDate') }} as created_at,
        coalesce({{ utc('r.SystemModstamp') }}, changed_at) as updated_at,
        is_deleted,
        {{ global_id('r.CampaignId') }} as campaign_id,
        -- A member is a lead until it is converted, then it names both.
        coalesce({{ global_id('r.ContactId') }}, {{ global_id('r.LeadId') }}) as contact_id,
        {{ nullif_blank('r.Status') }} as status,
        {{ as_flag('r.HasResponded') }} as has_responded,
        {{ utc('r.FirstRespondedDate') }} as responded_at,
        {{ unread(times=['r.CreatedDate', 'r.SystemModstamp', 'r.FirstRespondedDate']) }} as parse_errors
    from source

)

select * from renamed
