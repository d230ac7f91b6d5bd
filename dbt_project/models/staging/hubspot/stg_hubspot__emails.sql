{{ hubspot_engagements(
    'emails',
    properties=['hs_email_subject', 'hs_email_direction', 'hs_email_status'],
    kind="'email'",
    channel="'email'",
    direction='case upper(' ~ nullif_blank('r.properties.hs_email_direction') ~ ')'
        ~ " when 'INCOMING_EMAIL' then 'inbound' when 'EMAIL' then 'outbound' end",
    subject=nullif_blank('r.properties.hs_email_subject'),
    status='upper(' ~ nullif_blank('r.properties.hs_email_status') ~ ')'
) }}
