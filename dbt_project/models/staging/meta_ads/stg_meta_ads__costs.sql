-- A goal that Meta tells without values brought nothing; without a goal nothing is measured.
with source as (

    {{ latest('meta_ads', 'costs', {
        'campaign_id': 'text', 'account_currency': 'text', 'date_start': 'text', 'spend': 'text', 'impressions': 'text',
        'clicks': 'text', 'results': {'each': {'indicator': 'text', 'values': {'each': ['value']}}}
    }) }}

),

opened as (

    select
        *,
        {{ first_of('r.results') }} as goal
    from source

),

counted as (

    select
        *,
        {{ first_of('goal.values') }}.value as results
    from opened

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
        {{ as_date('r.date_start') }} as spent_on,
        {{ as_decimal('r.spend') }} as cost,
        {{ as_currency('r.account_currency') }} as currency,
        {{ as_whole('r.impressions') }} as count_of_impressions,
        {{ as_whole('r.clicks') }} as count_of_ad_clicks,
        case
            when goal.indicator is not null and results is null then 0
            else {{ as_decimal('results') }}
        end as count_of_results,
        {{ unread(decimals=['r.spend', 'results'], wholes=['r.impressions', 'r.clicks'], dates=['r.date_start']) }}
            as parse_errors
    from counted

)

select * from renamed
