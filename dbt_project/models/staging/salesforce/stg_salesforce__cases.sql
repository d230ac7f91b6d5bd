-- An owner whose id begins with 005 is a user, with 00G a queue.
with source as (

    {{ latest('salesforce', 'cases', [
        'ContactId', 'AccountId', 'Subject', 'Status', 'Priority', 'Type', 'Origin', 'OwnerId', 'ClosedDate',
        'IsClosed', 'IsEscalated', 'CreatedDate', 'SystemModstamp'
    ]) }}

),

renamed as (

    select
        {{ global_id('record_id') }} as ticket_id,
        source,
        record_id as source_id,
        {{ utc('r.CreatedDate') }} as created_at,
        coalesce({{ utc('r.SystemModstamp') }}, changed_at) as updated_at,
        -- A case that was merged into another is none of its own, whether Salesforce keeps it or not.
        is_deleted or merged_into is not null as is_deleted,
        {{ global_id('r.ContactId') }} as stated_contact_id,
        {{ global_id('r.AccountId') }} as account_id,
        {{ nullif_blank('r.Subject') }} as subject,
        lower({{ nullif_blank('r.Status') }}) as status,
        lower({{ nullif_blank('r.Priority') }}) as priority,
        lower({{ nullif_blank('r.Type') }}) as type,
        lower({{ nullif_blank('r.Origin') }}) as channel,
        case when r.OwnerId like '005%' then {{ global_id('r.OwnerId') }} end as agent_id,
        case when r.OwnerId like '00G%' then {{ global_id('r.OwnerId') }} end as team_id,
        {{ utc('r.ClosedDate') }} as solved_at,
        {{ as_flag('r.IsClosed') }} as is_closed,
        {{ as_flag('r.IsEscalated') }} as is_escalated,
        {{ unread(times=['r.CreatedDate', 'r.SystemModstamp', 'r.ClosedDate']) }} as parse_errors
    from source

),

persons as (

    select * from {{ ref('stg_salesforce__person_accounts') }}

)

select
    renamed.* {{ without('stated_contact_id, account_id') }},
    coalesce(renamed.stated_contact_id, persons.contact_id) as contact_id,
    case when persons.person_account_id is null then renamed.account_id end as company_id
from renamed
left join persons
    on renamed.account_id = persons.person_account_id
