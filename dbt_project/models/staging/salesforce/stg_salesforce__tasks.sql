with source as (

    {{ latest('salesforce', 'tasks', [
        'WhoId', 'Subject', 'TaskSubtype', 'CallType', 'Status', 'IsClosed', 'ActivityDate', 'CompletedDateTime',
        'CreatedDate', 'SystemModstamp'
    ]) }}

),

renamed as (

    select
        {{ global_id('record_id') }} as task_id,
        source,
        record_id as source_id,
        {{ utc('r.CreatedDate') }} as created_at,
        coalesce({{ utc('r.SystemModstamp') }}, changed_at) as updated_at,
        is_deleted,
        {{ global_id('r.WhoId') }} as contact_id,
        lower({{ nullif_blank('r.TaskSubtype') }}) as subtype,
        lower({{ nullif_blank('r.CallType') }}) as call_type,
        {{ nullif_blank('r.Subject') }} as subject,
        {{ as_flag('r.IsClosed') }} as is_closed,
        coalesce({{ utc('r.CompletedDateTime') }}, {{ utc('r.ActivityDate') }}) as completed_at,
        {{ unread(
            times=['r.CreatedDate', 'r.SystemModstamp', 'r.ActivityDate', 'r.CompletedDateTime']
        ) }} as parse_errors
    from source

)

select * from renamed
