-- What was missed, is planned, or reached nobody was no touch.
with source as (

    {{ latest('zoho', 'calls', {
        'Subject': 'text', 'Call_Type': 'text', 'Outgoing_Call_Status': 'text', 'Call_Status': 'text',
        'Call_Result': 'text', 'Call_Start_Time': 'text', 'Who_Id': ['id'], 'What_Id': ['id'],
        'Dialled_Number': 'text', 'Caller_ID': 'text', 'Created_Time': 'text', 'Modified_Time': 'text'
    }) }}

),

judged as (

    select
        *,
        lower({{ nullif_blank('r.Call_Type') }}) as call_type,
        lower(coalesce({{ nullif_blank('r.Outgoing_Call_Status') }}, {{ nullif_blank('r.Call_Status') }})) as status,
        lower({{ nullif_blank('r.Call_Result') }}) as result
    from source

),

renamed as (

    select
        {{ global_id("'calls/' || record_id") }} as activity_id,
        source,
        record_id as source_id,
        {{ utc('r.Created_Time') }} as created_at,
        coalesce({{ utc('r.Modified_Time') }}, changed_at) as updated_at,
        is_deleted,
        {{ global_id('r.Who_Id.id') }} as contact_id,
        {{ global_id('r.What_Id.id') }} as related_id,
        case when call_type in ('inbound', 'outbound') then call_type end as direction,
        case call_type
            when 'outbound' then {{ nullif_blank('r.Dialled_Number') }}
            else {{ nullif_blank('r.Caller_ID') }}
        end as phone,
        {{ nullif_blank('r.Subject') }} as subject,
        coalesce(call_type, '') <> 'missed'
        and coalesce(status, '') not in (
            'scheduled', 'overdue', 'cancelled', 'canceled', 'missed', 'unattended dialled', 'scheduled unattended'
        )
        and coalesce(result, '') not in ('no response/busy', 'invalid number') as is_touch,
        {{ utc('r.Call_Start_Time') }} as happened_at,
        {{ unread(times=['r.Created_Time', 'r.Modified_Time', 'r.Call_Start_Time']) }} as parse_errors
    from judged

)

select * from renamed
