-- A template is no campaign. What it cost is the sum that Dynamics makes of its activities and of other costs.
with source as (

    {{ latest('dynamics', 'campaigns', [
        'name', choice_label('typecode'), 'istemplate', 'actualstart', 'totalactualcost', '_transactioncurrencyid_value',
        'createdon', 'modifiedon'
    ]) }}

),

renamed as (

    select
        {{ columns_of_record('campaign_id', 'createdon', 'modifiedon') }},
        {{ nullif_blank('r.name') }} as name,
        lower({{ nullif_blank(label_of('typecode')) }}) as channel,
        {{ utc('r.actualstart') }} as sent_at,
        {{ as_decimal('r.totalactualcost') }} as cost,
        {{ nullif_blank('r._transactioncurrencyid_value') }} as transaction_currency_id,
        {{ unread(
            times=['r.createdon', 'r.modifiedon', 'r.actualstart'], decimals=['r.totalactualcost']
        ) }} as parse_errors
    from source
    where not coalesce({{ as_flag('r.istemplate') }}, false)

)

select * from renamed
