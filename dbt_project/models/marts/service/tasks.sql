-- One row per task that still exists in its source and was made by as_of. Its customer is the person whom it names,
-- else whose address alone it tells, else the deal's; its company the one that it names, by an id or by a name that one
-- company alone has, else the deal's, else the customer's. One that is done after as_of is open on that day.
with

told as (

    select
        *,
        not {{ is_task_done() }} or {{ is_future('completed_at') }} as is_open
    from {{ ref('int_tasks_unioned') }}
    where
        not is_deleted
        and not {{ is_future('created_at') }}

),

owners as ({{ owners_of_addresses() }}),

names as (

    select
        lower(trim(companies.name)) as company_name,
        min(assigned.account_id) as account_id
    from {{ ref('int_companies_unioned') }} as companies
    inner join {{ ref('int_companies_assigned') }} as assigned
        on companies.company_id = assigned.company_id
    inner join {{ ref('int_companies_survived') }} as survived
        on assigned.account_id = survived.account_id
    where not companies.is_deleted
    group by lower(trim(companies.name))
    having count(distinct assigned.account_id) = 1

),

tasks as (

    select
        told.*,
        coalesce(contacts.customer_id, owners.customer_id, deals.customer_id) as customer_id,
        coalesce(names.account_id, deals.account_id) as other_account_id,
        coalesce(told.contact_id, told.company_id, told.deal_id, told.email, told.company_name) is not null
            as names_somebody,
        coalesce(told.is_open and told.due_on < {{ as_of_date() }}, false) as is_overdue
    from told
    left join {{ ref('int_contacts_resolved') }} as contacts
        on told.contact_id = contacts.contact_id
    left join owners
        on lower(told.email) = owners.email
    left join {{ ref('deals') }} as deals
        on told.deal_id = deals.deal_id
    left join names
        on lower(trim(told.company_name)) = names.company_name

)

select
    tasks.task_id,
    tasks.customer_id,
    coalesce(named_accounts.account_id, tasks.other_account_id, employed.account_id) as account_id,
    tasks.contact_id,
    tasks.company_id,
    tasks.deal_id,
    tasks.names_somebody,
    tasks.source,
    {{ brand_of('tasks.source') }} as brand,
    tasks.source_id,
    tasks.name,
    tasks.project,
    tasks.kind,
    tasks.status,
    tasks.priority,
    tasks.is_open,
    tasks.is_overdue,
    tasks.due_on,
    case
        when tasks.is_overdue
            then {{ dbt.datediff('tasks.due_on', as_of_date(), 'day') }}
    end as days_overdue,
    tasks.created_at,
    case when not tasks.is_open then tasks.completed_at end as completed_at,
    {{ dbt.datediff(
        'cast(tasks.created_at as date)',
        'case when tasks.is_open then ' ~ as_of_date() ~ ' else cast(tasks.completed_at as date) end', 'day'
    ) }} as days_open,
    tasks.updated_at
from tasks
{{ account_joins('tasks.company_id', 'tasks.customer_id') }}
