with source as (

    {{ latest('pipedrive', 'activities', {
        'subject': 'text', 'type': 'text', 'done': 'text', 'due_date': 'text', 'due_time': 'text',
        'marked_as_done_time': 'text', 'person_id': 'text', 'participants': {'each': ['person_id']},
        'add_time': 'text', 'update_time': 'text'
    }) }}

),

due as (

    select
        *,
        lower({{ nullif_blank('r.type') }}) as kind_of_activity,
        {{ nullif_blank('r.due_time') }} is not null as is_timed,
        case
            when {{ nullif_blank('r.due_date') }} is not null
                then concat(
                    {{ nullif_blank('r.due_date') }}, 'T', coalesce({{ nullif_blank('r.due_time') }}, '00:00'), 'Z'
                )
        end as due
    from source

),

renamed as (

    select
        {{ global_id("'activities/' || record_id") }} as activity_id,
        source,
        record_id as source_id,
        {{ utc('r.add_time') }} as created_at,
        coalesce({{ utc('r.update_time') }}, changed_at) as updated_at,
        is_deleted,
        {{ nullif_blank('r.person_id') }} as person,
        r.participants,
        case
            when kind_of_activity = 'call' then 'call'
            when kind_of_activity = 'email' then 'email'
            when kind_of_activity in ('meeting', 'lunch') then 'meeting'
        end as kind,
        {{ nullif_blank('r.subject') }} as subject,
        {{ as_flag('r.done') }} as is_done,
        -- A meeting was when it had been set for, whenever somebody ticked it off; a call, when it was ticked off.
        case
            when not coalesce({{ as_flag('r.done') }}, false) then null
            when kind_of_activity in ('meeting', 'lunch') and is_timed
                then least({{ utc('due') }}, coalesce({{ utc('r.marked_as_done_time') }}, {{ utc('due') }}))
            else coalesce({{ utc('r.marked_as_done_time') }}, {{ utc('due') }})
        end as took_place_at,
        {{ unread(times=['r.add_time', 'r.update_time', 'r.marked_as_done_time', 'due']) }} as parse_errors
    from due

)

select * from renamed
