-- One row per subscription and month (UTC), from the first in which anybody paid to as_of: what it brings at the end,
-- and what moved that. An amount counts from when a version with it was read; before the first, that one counts. One
-- whose start nobody tells counts from when it was first read, or on as_of, which is no start.

with recursive

versions as (

    select
        told.*,
        {{ subscription_meaning('told.status') }} as meaning,
        lead(told.known_from) over (
            partition by told.subscription_id order by told.known_from nulls last
        ) as known_until,
        min(told.known_from) over (partition by told.subscription_id) as first_known_from
    from ({{ subscription_versions() }}) as told
    where known_from is not null

),

subscriptions as (

    {{ subscriptions_counted('versions') }}

),

months as (

    select cast(date_trunc('month', min(greatest(counts_from, coalesce(paid_from, counts_from)))) as date) as month
    from subscriptions
    where state <> 'scheduled'
    having min(counts_from) is not null
    union all
    select cast(month + interval 1 month as date) as month
    from months
    where month + interval 1 month <= {{ as_of_date() }}

),

ends as (

    select *, least(cast(month + interval 1 month - interval 1 day as date), {{ as_of_date() }}) as last_day
    from months

),

-- On the last day that version of each was in force that had been read by then; on as_of, the newest.
standing as (

    select
        ends.month,
        ends.last_day,
        subscriptions.subscription_id,
        subscriptions.subscriber,
        versions.first_known_from,
        subscriptions.started_at is null as is_undated,
        cast(versions.monthly_amount * subscriptions.exchange_rate as decimal(18, 4)) as monthly_revenue,
        {{ is_paying(subscription_state(
            'ends.last_day', 'versions.meaning',
            end_of_version('versions', 'subscriptions'),
            'subscriptions.counts_from', 'subscriptions.trial_ends_at', 'subscriptions.ended_at'
        )) }} as is_paying
    from ends
    cross join subscriptions
    inner join versions
        on
            subscriptions.subscription_id = versions.subscription_id
            and case
                when ends.last_day = {{ as_of_date() }} then versions.is_newest
                else
                    (
                        versions.known_from = versions.first_known_from
                        or cast(versions.known_from as date) <= ends.last_day
                    )
                    and coalesce(cast(versions.known_until as date) > ends.last_day, true)
            end

),

paid as (

    select
        *,
        is_paying and coalesce(monthly_revenue, 1) > 0 as pays,
        case when is_paying then monthly_revenue end as revenue
    from standing

),

moved as (

    select
        *,
        cast(min(first_known_from) over () as date) as amounts_known_since,
        lag(pays, 1, false) over (partition by subscription_id order by month nulls last) as paid_before,
        coalesce(lag(revenue) over (partition by subscription_id order by month nulls last), 0) as revenue_before,
        min(case when pays then month end) over (partition by subscriber) as first_month,
        min(case when pays then month end) over (partition by subscription_id) as first_month_of_it
    from paid

)

select
    *,
    cast(coalesce(revenue, 0) - revenue_before as decimal(18, 4)) as change,
    case
        when paid_before and pays then 'amount'
        when pays and is_undated and month = first_month_of_it then 'undated'
        when pays and bool_or(paid_before) over (partition by subscriber, month) then 'added'
        when pays and first_month < month then 'reactivated'
        when pays then 'new'
        when paid_before and bool_or(pays) over (partition by subscriber, month) then 'dropped'
        when paid_before then 'churned'
    end as movement
from moved
