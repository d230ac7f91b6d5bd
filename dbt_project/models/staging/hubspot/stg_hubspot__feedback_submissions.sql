{#- A customer is unhappy (0), neutral (1) or happy (2): here a scale begins at 1. Which scale a survey of one's own has
    is not told. -#}
with source as (

    {{ latest('hubspot', 'feedback_submissions', {
        'createdAt': 'text',
        'updatedAt': 'text',
        'properties': ['hs_survey_type', 'hs_value', 'hs_content', 'hs_submission_timestamp'],
        'associations': {
            'contacts': {'results': {'each': ['id']}},
            'tickets': {'results': {'each': ['id']}}
        }
    }) }}

),

renamed as (

    select
        {{ global_id('record_id') }} as survey_id,
        source,
        record_id as source_id,
        {{ utc('r.createdAt') }} as created_at,
        coalesce({{ utc('r.updatedAt') }}, changed_at) as updated_at,
        is_deleted or merged_into is not null as is_deleted,
        {{ global_id(first_of('r.associations.contacts.results') ~ '.id') }} as contact_id,
        {{ global_id(first_of('r.associations.tickets.results') ~ '.id') }} as ticket_id,
        case upper({{ nullif_blank('r.properties.hs_survey_type') }})
            when 'NPS' then 'NPS'
            when 'CSAT' then 'CSAT'
            when 'CES' then 'CES'
            else 'other'
        end as kind,
        case
            when upper({{ nullif_blank('r.properties.hs_survey_type') }}) = 'CSAT'
                then {{ as_decimal('r.properties.hs_value') }} + 1
            else {{ as_decimal('r.properties.hs_value') }}
        end as score,
        case upper({{ nullif_blank('r.properties.hs_survey_type') }})
            when 'NPS' then 10
            when 'CSAT' then 3
            when 'CES' then 7
        end as scale_max,
        {{ nullif_blank('r.properties.hs_content') }} as comment,
        coalesce({{ utc('r.properties.hs_submission_timestamp') }}, {{ utc('r.createdAt') }}) as answered_at,
        {{ unread(
            times=['r.createdAt', 'r.updatedAt', 'r.properties.hs_submission_timestamp'],
            decimals=['r.properties.hs_value']
        ) }} as parse_errors
    from source

)

select * from renamed
