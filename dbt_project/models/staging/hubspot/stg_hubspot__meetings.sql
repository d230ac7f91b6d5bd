{{ hubspot_engagements(
    'meetings',
    properties=['hs_meeting_title', 'hs_meeting_outcome'],
    kind="'meeting'",
    channel="'meeting'",
    subject=filled('r.properties.hs_meeting_title'),
    status='upper(' ~ filled('r.properties.hs_meeting_outcome') ~ ')'
) }}
