-- One row per message: a campaign and the address that it went to. Any event shows that it was sent;
-- counting messages and not events keeps a reader who opens ten times one opener.
with

events as (

    select
        *,
        coalesce(contact_id, lower(email)) as recipient
    from {{ ref('int_email_events_unioned') }}
    where not is_deleted

),

messages as (

    select
        campaign_id,
        recipient,
        max(contact_id) as contact_id,
        {%- for event in ['opened', 'clicked', 'bounced', 'unsubscribed', 'complained', 'replied'] %}
        bool_or(event = '{{ event }}') as has_{{ event }},
        {%- endfor %}
        max(event_at) filter (where event = 'opened') as last_opened_at,
        max(event_at) filter (where event = 'clicked') as last_clicked_at
    from events
    group by campaign_id, recipient

)

select
    campaign_id,
    recipient,
    contact_id,
    has_opened as is_opened,
    has_clicked as is_clicked,
    has_unsubscribed as is_unsubscribed,
    has_complained as is_complained,
    has_replied as is_replied,
    last_opened_at,
    last_clicked_at,
    -- What bounced softly at first and was read later has arrived.
    has_bounced
    and not (has_opened or has_clicked or has_unsubscribed or has_complained or has_replied) as is_bounced
from messages
