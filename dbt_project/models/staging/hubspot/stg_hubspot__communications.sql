{{ hubspot_engagements(
    'communications',
    properties=['hs_communication_channel_type'],
    kind='case upper(' ~ nullif_blank('r.properties.hs_communication_channel_type') ~ ')'
        ~ " when 'SMS' then 'sms' when 'LINKEDIN_MESSAGE' then 'social' when 'PHYSICAL_MAIL' then 'other' else 'chat' end",
    channel='lower(' ~ nullif_blank('r.properties.hs_communication_channel_type') ~ ')'
) }}
