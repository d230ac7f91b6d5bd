-- Whom a task is for stands in `customer`, which the connector makes of custom fields that settings name. Of several
-- projects the first is told. What only separates tasks in a list is none.
with source as (

    {{ latest('asana', 'tasks', {
        'name': 'text', 'resource_subtype': 'text', 'completed': 'text', 'completed_at': 'text', 'created_at': 'text',
        'modified_at': 'text', 'due_on': 'text', 'due_at': 'text', 'is_rendered_as_separator': 'text',
        'memberships': {'each': {'project': ['name'], 'section': ['name']}},
        'customer': ['source', 'contact_id', 'company_id', 'deal_id', 'email', 'company_name']
    }) }}

),

renamed as (

    select
        {{ global_id('record_id') }} as task_id,
        source,
        record_id as source_id,
        {{ utc('r.created_at') }} as created_at,
        coalesce({{ utc('r.modified_at') }}, changed_at) as updated_at,
        is_deleted,
        {%- for column in ['contact_id', 'company_id', 'deal_id'] %}
        {{ global_id('r.customer.' ~ column, 'r.customer.source') }} as {{ column }},
        {%- endfor %}
        {{ nullif_blank('r.customer.source') }} as reference_source,
        lower({{ nullif_blank('r.customer.email') }}) as email,
        {{ nullif_blank('r.customer.company_name') }} as company_name,
        {{ nullif_blank('r.name') }} as name,
        {{ nullif_blank(first_of('r.memberships') ~ '.project.name') }} as project,
        lower(
            case when r.resource_subtype = 'default_task' then 'task' else {{ nullif_blank('r.resource_subtype') }} end
        ) as kind,
        lower({{ nullif_blank(first_of('r.memberships') ~ '.section.name') }}) as status,
        {{ as_flag('r.completed') }} as is_done,
        coalesce({{ as_date('r.due_on') }}, {{ as_date('r.due_at') }}) as due_on,
        {{ utc('r.completed_at') }} as completed_at,
        {{ unread(times=['r.created_at', 'r.modified_at', 'r.completed_at'], dates=['r.due_on', 'r.due_at']) }}
            as parse_errors
    from source
    where
        is_deleted
        or not coalesce({{ as_flag('r.is_rendered_as_separator') }}, false)

)

select * from renamed
