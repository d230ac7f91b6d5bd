with source as (

    {{ latest('salesforce', 'campaigns', [
        'Name', 'Type', 'StartDate', 'NumberSent', 'ActualCost', 'CurrencyIsoCode', 'CreatedDate', 'SystemModstamp'
    ]) }}

),

renamed as (

    select
        {{ global_id('record_id') }} as campaign_id,
        source,
        record_id as source_id,
        {{ utc('r.CreatedDate') }} as created_at,
        coalesce({{ utc('r.SystemModstamp') }}, changed_at) as updated_at,
        is_deleted,
        {{ nullif_blank('r.Name') }} as name,
        lower({{ nullif_blank('r.Type') }}) as channel,
        {{ utc('r.StartDate') }} as sent_at,
        {{ as_whole('r.NumberSent') }} as count_of_sent,
        {{ as_decimal('r.ActualCost') }} as cost,
        {{ as_currency('r.CurrencyIsoCode') }} as currency,
        {{ unread(
            times=['r.CreatedDate', 'r.SystemModstamp', 'r.StartDate'],
            decimals=['r.ActualCost'],
            wholes=['r.NumberSent']
        ) }} as parse_errors
    from source

)

select * from renamed
