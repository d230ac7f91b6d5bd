-- A case's customer is a contact or an account; where it is an account, the primary contact is the person.
with source as (

    {{ latest('dynamics', 'incidents', [
        'title', '_customerid_value', '_customerid_value@Microsoft.Dynamics.CRM.lookuplogicalname',
        '_primarycontactid_value', 'statecode', choice_label('statuscode'), choice_label('prioritycode'),
        choice_label('casetypecode'), choice_label('caseorigincode'), 'isescalated', '_ownerid_value', 'createdon',
        'modifiedon'
    ]) }}

),

customers as (

    select
        *,
        case
            when r['_customerid_value@Microsoft.Dynamics.CRM.lookuplogicalname'] = 'account' then r._customerid_value
        end as account_id,
        case
            when r['_customerid_value@Microsoft.Dynamics.CRM.lookuplogicalname'] = 'account'
                then r._primarycontactid_value
            else r._customerid_value
        end as person_id
    from source

),

renamed as (

    select
        {{ global_id('record_id') }} as ticket_id,
        source,
        record_id as source_id,
        {{ utc('r.createdon') }} as created_at,
        coalesce({{ utc('r.modifiedon') }}, changed_at) as updated_at,
        is_deleted or merged_into is not null as is_deleted,
        {{ global_id('person_id') }} as contact_id,
        {{ global_id('account_id') }} as company_id,
        {{ nullif_blank('r.title') }} as subject,
        case
            when r.statecode = '1' then 'solved'
            when r.statecode = '2' then 'closed'
            else lower({{ nullif_blank(label_of('statuscode')) }})
        end as status,
        r.statecode in ('1', '2') as is_closed,
        lower({{ nullif_blank(label_of('prioritycode')) }}) as priority,
        lower({{ nullif_blank(label_of('casetypecode')) }}) as type,
        lower({{ nullif_blank(label_of('caseorigincode')) }}) as channel,
        {{ global_id('r._ownerid_value') }} as agent_id,
        {{ as_flag('r.isescalated') }} as is_escalated,
        {{ unread(times=['r.createdon', 'r.modifiedon']) }} as parse_errors
    from customers

)

select * from renamed
