with source as (

    {{ latest('linkedin_ads', 'costs', [
        'campaign_id', 'day', 'currency', 'costInLocalCurrency', 'impressions', 'clicks', 'externalWebsiteConversions',
        'oneClickLeads'
    ]) }}

),

renamed as (

    select
        {{ global_id('record_id') }} as campaign_cost_id,
        source,
        record_id as source_id,
        changed_at as created_at,
        changed_at as updated_at,
        is_deleted,
        {{ global_id('r.campaign_id') }} as campaign_id,
        {{ as_date('r.day') }} as spent_on,
        {{ as_decimal('r.costInLocalCurrency') }} as cost,
        {{ as_currency('r.currency') }} as currency,
        {{ as_whole('r.impressions') }} as count_of_impressions,
        {{ as_whole('r.clicks') }} as count_of_ad_clicks,
        case
            when coalesce(r.externalWebsiteConversions, r.oneClickLeads) is not null
                then
                    coalesce({{ as_decimal('r.externalWebsiteConversions') }}, 0)
                    + coalesce({{ as_decimal('r.oneClickLeads') }}, 0)
        end as count_of_results,
        {{ unread(
            decimals=['r.costInLocalCurrency', 'r.externalWebsiteConversions', 'r.oneClickLeads'],
            wholes=['r.impressions', 'r.clicks'], dates=['r.day']
        ) }} as parse_errors
    from source

)

select * from renamed
