with source as (

    {{ latest('salesforce', 'opportunity_history', [
        'OpportunityId', 'StageName', 'CreatedDate', 'SystemModstamp'
    ]) }}

),

renamed as (

    select
        {{ global_id('record_id') }} as deal_stage_id,
        source,
        record_id as source_id,
        {{ utc('r.CreatedDate') }} as created_at,
        coalesce({{ utc('r.SystemModstamp') }}, changed_at) as updated_at,
        is_deleted,
        {{ global_id('r.OpportunityId') }} as deal_id,
        {{ nullif_blank('r.StageName') }} as stage,
        {{ nullif_blank('r.StageName') }} as stage_label,
        {{ utc('r.CreatedDate') }} as entered_at,
        {{ unread(times=['r.CreatedDate', 'r.SystemModstamp']) }} as parse_errors
    from source

)

select * from renamed
