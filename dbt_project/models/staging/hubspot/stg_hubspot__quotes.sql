{#- What HubSpot's words mean. Rejected is by our own people, before anybody else has seen it; approved, or in no need
    of that, is public. A quote that the buyer signed keeps the status that it had. -#}
{% set meanings = {
    'draft': ['DRAFT', 'PENDING_APPROVAL', 'REJECTED', 'CHANGES_REQUESTED'],
    'sent': ['APPROVAL_NOT_NEEDED', 'APPROVED', 'PUBLISHED', 'PUBLISHING', 'PENDING_BUYER_ACTION'],
    'accepted': ['ACCEPTED', 'WON'],
    'declined': ['DECLINED', 'LOST', 'VOID'],
    'expired': ['EXPIRED']
} %}
{% set decided = 'coalesce(' ~ utc('r.properties.hs_accepted_date') ~ ', ' ~ utc('r.properties.hs_esign_date') ~ ')' %}
with source as (

    {{ latest('hubspot', 'quotes', {
        'createdAt': 'text',
        'updatedAt': 'text',
        'properties': [
            'hs_title', 'hs_quote_number', 'hs_status', 'hs_quote_status', 'hs_quote_amount', 'hs_currency',
            'hs_expiration_date', 'hs_accepted_date', 'hs_esign_date', 'hubspot_owner_id'
        ],
        'associations': {
            'deals': {'results': {'each': ['id']}},
            'contacts': {'results': {'each': ['id']}},
            'companies': {'results': {'each': ['id']}}
        }
    }) }}

),

told as (

    select
        *,
        coalesce({{ nullif_blank('r.properties.hs_status') }}, {{ nullif_blank('r.properties.hs_quote_status') }})
            as word
    from source

)

select
    {{ global_id('record_id') }} as quote_id,
    source,
    record_id as source_id,
    {{ utc('r.createdAt') }} as created_at,
    coalesce({{ utc('r.updatedAt') }}, changed_at) as updated_at,
    is_deleted or merged_into is not null as is_deleted,
    {{ nullif_blank('r.properties.hs_title') }} as name,
    {{ nullif_blank('r.properties.hs_quote_number') }} as quote_number,
    {{ global_id(first_of('r.associations.deals.results') ~ '.id') }} as deal_id,
    {{ global_id(first_of('r.associations.contacts.results') ~ '.id') }} as contact_id,
    {{ global_id(first_of('r.associations.companies.results') ~ '.id') }} as company_id,
    {{ global_id('r.properties.hubspot_owner_id') }} as owner_id,
    lower(word) as status,
    case
        when {{ decided }} is not null then 'accepted'
        {%- for meaning, words in meanings.items() %}
        when upper(word) in (
            {%- for word in words %}
            '{{ word }}'{{ ',' if not loop.last }}
            {%- endfor %}
        ) then '{{ meaning }}'
        {%- endfor %}
    end as quote_state,
    {{ as_decimal('r.properties.hs_quote_amount') }} as amount,
    {{ as_currency('r.properties.hs_currency') }} as currency,
    {{ as_date('r.properties.hs_expiration_date') }} as valid_until,
    {{ decided }} as decided_at,
    {{ unread(
        times=['r.createdAt', 'r.updatedAt', 'r.properties.hs_accepted_date', 'r.properties.hs_esign_date'],
        dates=['r.properties.hs_expiration_date'],
        decimals=['r.properties.hs_quote_amount']
    ) }} as parse_errors
from told
