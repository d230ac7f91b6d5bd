-- No more recipients can react to a campaign than it was sent to. Fails with one row per campaign.
select
    campaign_id,
    count_of_sent,
    count_of_bounced,
    count_of_opened,
    count_of_clicked,
    count_of_unsubscribed
from {{ ref('campaign_performance') }}
where greatest(count_of_bounced, count_of_opened, count_of_clicked, count_of_unsubscribed) > count_of_sent
