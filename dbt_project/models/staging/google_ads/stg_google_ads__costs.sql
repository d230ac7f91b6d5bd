-- A row has all figures that were asked for; what is 0 may be left out. Money is millionths.
with source as (

    {{ latest('google_ads', 'costs', {
        'campaign': ['id'], 'customer': ['currencyCode'], 'segments': ['date'],
        'metrics': ['costMicros', 'impressions', 'clicks', 'conversions']
    }) }}

),

renamed as (

    select
        {{ global_id('record_id') }} as campaign_cost_id,
        source,
        record_id as source_id,
        changed_at as created_at,
        changed_at as updated_at,
        is_deleted,
        {{ global_id('r.campaign.id') }} as campaign_id,
        {{ as_date('r.segments.date') }} as spent_on,
        cast(
            cast({{ as_decimal("coalesce(r.metrics.costMicros, '0')") }} as decimal(28, 4)) * 0.000001 as decimal(18, 4)
        ) as cost,
        {{ as_currency('r.customer.currencyCode') }} as currency,
        {{ as_whole("coalesce(r.metrics.impressions, '0')") }} as count_of_impressions,
        {{ as_whole("coalesce(r.metrics.clicks, '0')") }} as count_of_ad_clicks,
        {{ as_decimal("coalesce(r.metrics.conversions, '0')") }} as count_of_results,
        {{ unread(
            decimals=['r.metrics.costMicros', 'r.metrics.conversions'], wholes=['r.metrics.impressions', 'r.metrics.clicks'],
            dates=['r.segments.date']
        ) }} as parse_errors
    from source

)

select * from renamed
