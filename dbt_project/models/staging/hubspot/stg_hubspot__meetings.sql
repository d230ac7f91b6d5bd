{{ hubspot_engagements(
    'meetings',
    properties=['hs_meeting_title', 'hs_meeting_outcome'],
    kind="'meeting'",
    channel="'meeting'",
    subject=nullif_blank('r.properties.hs_meeting_title'),
    status='upper(' ~ nullif_blank('r.properties.hs_meeting_outcome') ~ ')'
) }}
