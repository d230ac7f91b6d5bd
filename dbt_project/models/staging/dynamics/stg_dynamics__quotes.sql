-- A quote that was revised (7) is closed, and another one follows it: it is left out.
with source as (

    {{ latest('dynamics', 'quotes', [
        'quotenumber', 'name', '_opportunityid_value', '_customerid_value', looked_up('_customerid_value'),
        '_ownerid_value', 'statecode', 'statuscode', 'totalamount', 'effectiveto', 'expireson', 'closedon',
        '_transactioncurrencyid_value', 'createdon', 'modifiedon'
    ]) }}

),

renamed as (

    select
        {{ columns_of_record('quote_id', 'createdon', 'modifiedon') }},
        {{ nullif_blank('r.name') }} as name,
        {{ nullif_blank('r.quotenumber') }} as quote_number,
        {{ global_id('r._opportunityid_value') }} as deal_id,
        {{ dynamics_customer('contact') }} as contact_id,
        {{ dynamics_customer('account') }} as company_id,
        {{ global_id('r._ownerid_value') }} as owner_id,
        case
            when r.statecode = '0' then 'draft'
            when r.statecode = '1' then 'active'
            when r.statecode = '2' then 'won'
            when r.statecode = '3' and r.statuscode = '5' then 'lost'
            when r.statecode = '3' and r.statuscode = '6' then 'canceled'
            when r.statecode = '3' then 'closed'
        end as status,
        {{ as_decimal('r.totalamount') }} as amount,
        coalesce({{ as_date('r.effectiveto') }}, {{ as_date('r.expireson') }}) as valid_until,
        {{ utc('r.closedon') }} as decided_at,
        {{ nullif_blank('r._transactioncurrencyid_value') }} as transaction_currency_id,
        coalesce(r.statecode = '3' and r.statuscode = '7', false) as is_revised,
        {{ unread(
            times=['r.createdon', 'r.modifiedon', 'r.closedon'], dates=['r.effectiveto', 'r.expireson'],
            decimals=['r.totalamount']
        ) }} as parse_errors
    from source

)

select * {{ without('is_revised') }}
from renamed
where not is_revised
