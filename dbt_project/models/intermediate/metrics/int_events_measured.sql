-- One row per source and channel of campaigns and kind of event that the source ever told of one of them: what is
-- measured there. Of any other kind nothing is known, and no count of it is 0.
select distinct
    campaigns.source,
    lower(trim(campaigns.channel)) as channel_name,
    events.event
from {{ ref('int_email_events_unioned') }} as events
inner join {{ ref('int_campaigns_unioned') }} as campaigns
    on events.campaign_id = campaigns.campaign_id
where not events.is_deleted
