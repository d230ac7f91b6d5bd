-- An order is made when a quote has been accepted: it is a sale unless it is cancelled. What a status of one's own
-- means is told by its word.
with source as (

    {{ latest('zoho', 'sales_orders', {
        'SO_Number': 'text', 'Subject': 'text', 'Contact_Name': ['id'], 'Account_Name': ['id'], 'Owner': ['name'],
        'Status': 'text', 'Discount': 'text', 'Tax': 'text', 'Grand_Total': 'text', 'Currency': 'text',
        'Created_Time': 'text', 'Modified_Time': 'text'
    }) }}

),

renamed as (

    select
        {{ columns_of_record('order_id', 'Created_Time', 'Modified_Time') }},
        coalesce({{ nullif_blank('r.SO_Number') }}, {{ nullif_blank('r.Subject') }}) as name,
        {{ global_id('r.Contact_Name.id') }} as contact_id,
        {{ global_id('r.Account_Name.id') }} as company_id,
        {{ utc('r.Created_Time') }} as ordered_at,
        case when lower(r.Status) in ('cancelled', 'canceled') then {{ utc('r.Modified_Time') }} end as cancelled_at,
        lower({{ nullif_blank('r.Status') }}) as status,
        case
            when lower(r.Status) in ('cancelled', 'canceled') then 'cancelled'
            when lower(r.Status) in ('created', 'approved', 'delivered') then 'sold'
        end as sale_state,
        {{ as_decimal('r.Discount') }} as discount_amount,
        {{ as_decimal('r.Tax') }} as tax_amount,
        {{ as_decimal('r.Grand_Total') }} as total_amount,
        {{ as_currency('r.Currency') }} as currency,
        {{ nullif_blank('r.Owner.name') }} as sales_rep,
        {{ unread(
            times=['r.Created_Time', 'r.Modified_Time'], decimals=['r.Discount', 'r.Tax', 'r.Grand_Total']
        ) }} as parse_errors
    from source

)

select * from renamed
