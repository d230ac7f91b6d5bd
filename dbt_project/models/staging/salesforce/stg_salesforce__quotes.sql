{#- The statuses that Salesforce brings along. Approved and rejected are by our own people, before the quote is
    presented; an organisation's own words are read as anybody's. -#}
{% set meanings = {
    'draft': ['draft', 'needs review', 'in review', 'approved', 'rejected'],
    'sent': ['presented'],
    'accepted': ['accepted'],
    'declined': ['denied']
} %}
with source as (

    {{ latest('salesforce', 'quotes', [
        'Name', 'QuoteNumber', 'OpportunityId', 'ContactId', 'AccountId', 'OwnerId', 'Status', 'GrandTotal',
        'CurrencyIsoCode', 'ExpirationDate', 'CreatedDate', 'SystemModstamp'
    ]) }}

),

renamed as (

    select
        {{ global_id('record_id') }} as quote_id,
        source,
        record_id as source_id,
        {{ utc('r.CreatedDate') }} as created_at,
        coalesce({{ utc('r.SystemModstamp') }}, changed_at) as updated_at,
        is_deleted,
        {{ nullif_blank('r.Name') }} as name,
        {{ nullif_blank('r.QuoteNumber') }} as quote_number,
        {{ global_id('r.OpportunityId') }} as deal_id,
        {{ global_id('r.ContactId') }} as stated_contact_id,
        {{ global_id('r.AccountId') }} as account_id,
        {{ global_id('r.OwnerId') }} as owner_id,
        lower({{ nullif_blank('r.Status') }}) as status,
        {{ as_decimal('r.GrandTotal') }} as amount,
        {{ as_currency('r.CurrencyIsoCode') }} as currency,
        {{ as_date('r.ExpirationDate') }} as valid_until,
        {{ unread(
            times=['r.CreatedDate', 'r.SystemModstamp'], dates=['r.ExpirationDate'], decimals=['r.GrandTotal']
        ) }} as parse_errors
    from source

),

persons as (

    select * from {{ ref('stg_salesforce__person_accounts') }}

)

select
    renamed.* {{ without('stated_contact_id, account_id') }},
    case
        {%- for meaning, words in meanings.items() %}
        when renamed.status in (
            {%- for word in words %}
            '{{ word }}'{{ ',' if not loop.last }}
            {%- endfor %}
        ) then '{{ meaning }}'
        {%- endfor %}
    end as quote_state,
    coalesce(renamed.stated_contact_id, persons.contact_id) as contact_id,
    case when persons.person_account_id is null then renamed.account_id end as company_id
from renamed
left join persons
    on renamed.account_id = persons.person_account_id
