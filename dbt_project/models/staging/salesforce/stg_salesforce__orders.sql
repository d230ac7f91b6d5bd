{#- An organisation names its own statuses; the code behind each says whether it is a draft's or an order's that holds.
    One that was called off holds, too, and only its status says so. -#}
with source as (

    {{ latest('salesforce', 'orders', [
        'OrderNumber', 'AccountId', 'BillToContactId', 'EffectiveDate', 'Status', 'StatusCode', 'TotalAmount',
        'CurrencyIsoCode', 'CreatedDate', 'SystemModstamp'
    ]) }}

),

renamed as (

    select
        {{ global_id('record_id') }} as order_id,
        source,
        record_id as source_id,
        {{ utc('r.CreatedDate') }} as created_at,
        coalesce({{ utc('r.SystemModstamp') }}, changed_at) as updated_at,
        is_deleted,
        {{ nullif_blank('r.OrderNumber') }} as name,
        {{ global_id('r.BillToContactId') }} as stated_contact_id,
        {{ global_id('r.AccountId') }} as account_id,
        coalesce({{ utc('r.EffectiveDate') }}, {{ utc('r.CreatedDate') }}) as ordered_at,
        'sale' as order_kind,
        lower({{ nullif_blank('r.Status') }}) as status,
        case upper({{ nullif_blank('r.StatusCode') }})
            when 'DRAFT' then 'quote'
            when 'ACTIVATED' then coalesce({{ status_meaning('orders', 'r.Status') }}, 'sold')
        end as sale_state,
        {{ as_currency('r.CurrencyIsoCode') }} as currency,
        {{ as_decimal('r.TotalAmount') }} as total_amount,
        {{ unread(
            times=['r.CreatedDate', 'r.SystemModstamp', 'r.EffectiveDate'], decimals=['r.TotalAmount']
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
