-- Whom an issue is for stands in `customer`, which the connector makes of its reporter and of fields that settings name.
with source as (

    {{ latest('jira', 'issues', {
        'customer': ['source', 'contact_id', 'company_id', 'deal_id', 'email', 'company_name'],
        'fields': {
            'summary': 'text', 'created': 'text', 'updated': 'text', 'duedate': 'text', 'resolutiondate': 'text',
            'statuscategorychangedate': 'text', 'project': ['name'], 'issuetype': ['name'], 'priority': ['name'],
            'status': {'name': 'text', 'statusCategory': ['key']}
        }
    }) }}

),

renamed as (

    select
        {{ global_id('record_id') }} as task_id,
        source,
        record_id as source_id,
        {{ utc('r.fields.created') }} as created_at,
        coalesce({{ utc('r.fields.updated') }}, changed_at) as updated_at,
        is_deleted,
        {%- for column in ['contact_id', 'company_id', 'deal_id'] %}
        {{ global_id('r.customer.' ~ column, 'r.customer.source') }} as {{ column }},
        {%- endfor %}
        {{ nullif_blank('r.customer.source') }} as reference_source,
        lower({{ nullif_blank('r.customer.email') }}) as email,
        {{ nullif_blank('r.customer.company_name') }} as company_name,
        {{ nullif_blank('r.fields.summary') }} as name,
        {{ nullif_blank('r.fields.project.name') }} as project,
        lower({{ nullif_blank('r.fields.issuetype.name') }}) as kind,
        lower({{ nullif_blank('r.fields.status.name') }}) as status,
        lower({{ nullif_blank('r.fields.priority.name') }}) as priority,
        r.fields.status.statusCategory.key = 'done' as is_done,
        {{ as_date('r.fields.duedate') }} as due_on,
        case
            when r.fields.status.statusCategory.key = 'done' then coalesce(
                {{ utc('r.fields.resolutiondate') }}, {{ utc('r.fields.statuscategorychangedate') }}
            )
        end as completed_at,
        {{ unread(
            times=['r.fields.created', 'r.fields.updated', 'r.fields.resolutiondate', 'r.fields.statuscategorychangedate'],
            dates=['r.fields.duedate']
        ) }} as parse_errors
    from source

)

select * from renamed
