with source as (

    {{ latest('zoho', 'events', {
        'Event_Title': 'text', 'Start_DateTime': 'text', 'Who_Id': ['id'], 'What_Id': ['id'],
        'Participants': {'each': ['type', 'participant', 'Email', 'status']},
        'Created_Time': 'text', 'Modified_Time': 'text'
    }) }}

),

renamed as (

    select
        {{ global_id("'events/' || record_id") }} as activity_id,
        source,
        record_id as source_id,
        {{ utc('r.Created_Time') }} as created_at,
        coalesce({{ utc('r.Modified_Time') }}, changed_at) as updated_at,
        is_deleted,
        {{ global_id('r.Who_Id.id') }} as contact_id,
        {{ global_id('r.What_Id.id') }} as related_id,
        r.Participants as attendees,
        {{ nullif_blank('r.Event_Title') }} as subject,
        {{ utc('r.Start_DateTime') }} as happened_at,
        {{ unread(times=['r.Created_Time', 'r.Modified_Time', 'r.Start_DateTime']) }} as parse_errors
    from source

)

select * from renamed
