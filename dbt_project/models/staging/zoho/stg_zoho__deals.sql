-- Zoho delivers the closed stages as "Closed Won", "Closed Lost" and "Closed-Lost to Competition".
with source as (

    {{ latest('zoho', 'deals', {
        'Deal_Name': 'text', 'Contact_Name': ['id'], 'Account_Name': ['id'], 'Pipeline': 'text', 'Stage': 'text',
        'Amount': 'text', 'Currency': 'text', 'Probability': 'text', 'Owner': ['id'], 'Closing_Date': 'text',
        'Reason_For_Loss__s': 'text', 'Created_Time': 'text', 'Modified_Time': 'text'
    }) }}

),

staged as (

    select
        *,
        lower(r.Stage) like 'closed%' as is_closed,
        lower(r.Stage) like 'closed%won%' as is_won
    from source

),

renamed as (

    select
        {{ global_id('record_id') }} as deal_id,
        source,
        record_id as source_id,
        {{ utc('r.Created_Time') }} as created_at,
        coalesce({{ utc('r.Modified_Time') }}, changed_at) as updated_at,
        is_deleted,
        {{ nullif_blank('r.Deal_Name') }} as name,
        {{ global_id('r.Contact_Name.id') }} as contact_id,
        {{ global_id('r.Account_Name.id') }} as company_id,
        {{ nullif_blank('r.Pipeline') }} as pipeline,
        {{ nullif_blank('r.Stage') }} as stage,
        {{ nullif_blank('r.Stage') }} as stage_label,
        {{ as_decimal('r.Amount') }} as amount,
        {{ as_currency('r.Currency') }} as currency,
        {{ quotient(as_decimal('r.Probability'), '100') }} as probability,
        {{ global_id('r.Owner.id') }} as owner_id,
        case when not is_closed then {{ utc('r.Closing_Date') }} end as expected_close_at,
        case when is_closed then {{ utc('r.Closing_Date') }} end as closed_at,
        is_closed,
        is_won,
        {{ nullif_blank('r.Reason_For_Loss__s') }} as lost_reason,
        {{ unread(
            times=['r.Created_Time', 'r.Modified_Time', 'r.Closing_Date'],
            decimals=['r.Amount', 'r.Probability']
        ) }} as parse_errors
    from staged

)

select * from renamed
