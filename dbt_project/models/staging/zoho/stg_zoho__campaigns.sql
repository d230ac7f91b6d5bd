with source as (

    {{ latest('zoho', 'campaigns', [
        'Campaign_Name', 'Type', 'Start_Date', 'Num_sent', 'Actual_Cost', 'Currency', 'Created_Time', 'Modified_Time'
    ]) }}

),

renamed as (

    select
        {{ columns_of_record('campaign_id', 'Created_Time', 'Modified_Time') }},
        {{ nullif_blank('r.Campaign_Name') }} as name,
        lower({{ nullif_blank('r.Type') }}) as channel,
        {{ utc('r.Start_Date') }} as sent_at,
        {{ as_whole('r.Num_sent') }} as count_of_sent,
        {{ as_decimal('r.Actual_Cost') }} as cost,
        {{ as_currency('r.Currency') }} as currency,
        {{ unread(
            times=['r.Created_Time', 'r.Modified_Time', 'r.Start_Date'], decimals=['r.Actual_Cost'],
            wholes=['r.Num_sent']
        ) }} as parse_errors
    from source

)

select * from renamed
