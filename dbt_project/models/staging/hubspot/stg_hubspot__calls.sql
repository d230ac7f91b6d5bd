{{ hubspot_engagements(
    'calls',
    properties=['hs_call_title', 'hs_call_direction', 'hs_call_status'],
    kind="'call'",
    channel="'phone'",
    direction='lower(' ~ filled('r.properties.hs_call_direction') ~ ')',
    subject=filled('r.properties.hs_call_title'),
    status='upper(' ~ filled('r.properties.hs_call_status') ~ ')'
) }}
