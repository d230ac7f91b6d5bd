with source as (

    {{ latest('salesforce', 'opportunities', [
        'Name', 'ContactId', 'AccountId', 'StageName', 'Amount', 'CurrencyIsoCode', 'Probability', 'OwnerId',
        'CloseDate', 'IsClosed', 'IsWon', 'CreatedDate', 'SystemModstamp'
    ]) }}

),

renamed as (

    select
        {{ global_id('record_id') }} as deal_id,
        source,
        record_id as source_id,
        {{ utc('r.CreatedDate') }} as created_at,
        coalesce({{ utc('r.SystemModstamp') }}, changed_at) as updated_at,
        is_deleted,
        {{ nullif_blank('r.Name') }} as name,
        {{ global_id('r.ContactId') }} as stated_contact_id,
        {{ global_id('r.AccountId') }} as account_id,
        {{ nullif_blank('r.StageName') }} as stage,
        {{ nullif_blank('r.StageName') }} as stage_label,
        {{ as_decimal('r.Amount') }} as amount,
        {{ as_currency('r.CurrencyIsoCode') }} as currency,
        {{ quotient(as_decimal('r.Probability'), '100') }} as probability,
        {{ global_id('r.OwnerId') }} as owner_id,
        case when not {{ as_flag('r.IsClosed') }} then {{ utc('r.CloseDate') }} end as expected_close_at,
        case when {{ as_flag('r.IsClosed') }} then {{ utc('r.CloseDate') }} end as closed_at,
        {{ as_flag('r.IsClosed') }} as is_closed,
        {{ as_flag('r.IsWon') }} as is_won,
        {{ unread(
            times=['r.CreatedDate', 'r.SystemModstamp', 'r.CloseDate'],
            decimals=['r.Amount', 'r.Probability']
        ) }} as parse_errors
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
