-- A stage of one's own is told by its word. When a quote was sent or decided Zoho does not tell.
with source as (

    {{ latest('zoho', 'quotes', {
        'Subject': 'text', 'Quote_Number': 'text', 'Quote_Stage': 'text', 'Deal_Name': ['id'], 'Contact_Name': ['id'],
        'Account_Name': ['id'], 'Owner': ['id'], 'Grand_Total': 'text', 'Currency': 'text', 'Valid_Till': 'text',
        'Created_Time': 'text', 'Modified_Time': 'text'
    }) }}

)

select
    {{ columns_of_record('quote_id', 'Created_Time', 'Modified_Time') }},
    {{ nullif_blank('r.Subject') }} as name,
    {{ nullif_blank('r.Quote_Number') }} as quote_number,
    {{ global_id('r.Deal_Name.id') }} as deal_id,
    {{ global_id('r.Contact_Name.id') }} as contact_id,
    {{ global_id('r.Account_Name.id') }} as company_id,
    {{ global_id('r.Owner.id') }} as owner_id,
    lower({{ nullif_blank('r.Quote_Stage') }}) as status,
    {{ as_decimal('r.Grand_Total') }} as amount,
    {{ as_currency('r.Currency') }} as currency,
    {{ as_date('r.Valid_Till') }} as valid_until,
    {{ unread(
        times=['r.Created_Time', 'r.Modified_Time'], dates=['r.Valid_Till'], decimals=['r.Grand_Total']
    ) }} as parse_errors
from source
