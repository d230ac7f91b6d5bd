with source as (

    {{ latest('salesforce', 'events', [
        'WhoId', 'Subject', 'StartDateTime', 'ActivityDate', 'IsChild', 'IsRecurrence', 'CreatedDate', 'SystemModstamp'
    ]) }}

),

renamed as (

    select
        {{ global_id('record_id') }} as event_id,
        source,
        record_id as source_id,
        {{ utc('r.CreatedDate') }} as created_at,
        coalesce({{ utc('r.SystemModstamp') }}, changed_at) as updated_at,
        is_deleted,
        {{ global_id('r.WhoId') }} as contact_id,
        {{ nullif_blank('r.Subject') }} as subject,
        coalesce({{ as_flag('r.IsChild') }}, false) as is_copy,
        coalesce({{ as_flag('r.IsRecurrence') }}, false) as is_series,
        coalesce({{ utc('r.StartDateTime') }}, {{ utc('r.ActivityDate') }}) as begins_at,
        {{ unread(
            times=['r.CreatedDate', 'r.SystemModstamp', 'r.StartDateTime', 'r.ActivityDate']
        ) }} as parse_errors
    from source

)

select * from renamed
