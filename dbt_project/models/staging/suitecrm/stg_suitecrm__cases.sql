with source as (

    {{ latest('suitecrm', 'cases', [
        'name', 'status', 'state', 'priority', 'type', 'account_id', 'contact_created_by_id', 'assigned_user_id',
        'date_entered', 'date_modified'
    ]) }}

)

select
    {{ columns_of_record('ticket_id', 'date_entered', 'date_modified') }},
    {{ global_id('r.contact_created_by_id') }} as contact_id,
    {{ global_id('r.account_id') }} as company_id,
    {{ nullif_blank('r.name') }} as subject,
    case r.status
        when 'Open_New' then 'new'
        when 'Open_Assigned' then 'open'
        when 'Open_Pending Input' then 'pending'
        when 'Closed_Closed' then 'closed'
        when 'Closed_Rejected' then 'closed'
        when 'Closed_Duplicate' then 'closed'
        else lower({{ nullif_blank('r.status') }})
    end as status,
    case r.priority
        when 'P1' then 'high'
        when 'P2' then 'normal'
        when 'P3' then 'low'
    end as priority,
    lower({{ nullif_blank('r.type') }}) as type,
    {{ global_id('r.assigned_user_id') }} as agent_id,
    case lower({{ nullif_blank('r.state') }}) when 'closed' then true when 'open' then false end as is_closed,
    {{ unread(times=['r.date_entered', 'r.date_modified']) }} as parse_errors
from source
