{{ hubspot_engagements(
    'calls',
    properties=['hs_call_title', 'hs_call_direction', 'hs_call_status'],
    kind="'call'",
    channel="'phone'",
    direction='lower(' ~ nullif_blank('r.properties.hs_call_direction') ~ ')',
    subject=nullif_blank('r.properties.hs_call_title'),
    status='upper(' ~ nullif_blank('r.properties.hs_call_status') ~ ')'
) }}
