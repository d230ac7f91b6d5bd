with source as (

    {{ latest('hubspot', 'tickets', {
        'createdAt': 'text',
        'updatedAt': 'text',
        'properties': [
            'subject', 'hs_pipeline', 'hs_pipeline_stage', 'hs_ticket_priority', 'hs_ticket_category', 'source_type',
            'closed_date', 'first_agent_reply_date', 'hubspot_owner_id', 'hubspot_team_id'
        ],
        'associations': {
            'contacts': {'results': {'each': ['id']}},
            'companies': {'results': {'each': ['id', 'type']}}
        }
    }) }}

),

timed as (

    select
        *,
        {{ utc('r.createdAt') }} as opened_at,
        {{ utc('r.properties.first_agent_reply_date') }} as answered_at
    from source

),

renamed as (

    select
        {{ global_id('record_id') }} as ticket_id,
        source,
        record_id as source_id,
        opened_at as created_at,
        coalesce({{ utc('r.updatedAt') }}, changed_at) as updated_at,
        -- A ticket that was merged into another is none of its own.
        is_deleted or merged_into is not null as is_deleted,
        {{ global_id(first_of('r.associations.contacts.results') ~ '.id') }} as contact_id,
        -- The primary company is the one whose association has no label of its own.
        {{ global_id(
            'coalesce('
            ~ first_of(those_with('r.associations.companies.results', "e.type = 'ticket_to_company'")) ~ '.id, '
            ~ first_of('r.associations.companies.results') ~ '.id)'
        ) }} as company_id,
        {{ nullif_blank('r.properties.subject') }} as subject,
        {{ nullif_blank('r.properties.hs_pipeline') }} as pipeline,
        {{ nullif_blank('r.properties.hs_pipeline_stage') }} as stage,
        lower({{ nullif_blank('r.properties.hs_ticket_priority') }}) as priority,
        lower({{ nullif_blank('r.properties.hs_ticket_category') }}) as type,
        lower({{ nullif_blank('r.properties.source_type') }}) as channel,
        {{ global_id('r.properties.hubspot_owner_id') }} as agent_id,
        {{ global_id('r.properties.hubspot_team_id') }} as team_id,
        {{ dbt.datediff('opened_at', 'answered_at', 'minute') }} as first_reply_minutes,
        {{ utc('r.properties.closed_date') }} as closed_at,
        {{ unread(times=[
            'r.createdAt', 'r.updatedAt', 'r.properties.closed_date', 'r.properties.first_agent_reply_date'
        ]) }} as parse_errors
    from timed

)

select * from renamed
