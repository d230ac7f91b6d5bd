{{ hubspot_engagements(
    'communications',
    properties=['hs_communication_channel_type'],
    kind='case upper(' ~ filled('r.properties.hs_communication_channel_type') ~ ')'
        ~ " when 'SMS' then 'sms' when 'LINKEDIN_MESSAGE' then 'social' when 'PHYSICAL_MAIL' then 'other' else 'chat' end",
    channel='lower(' ~ filled('r.properties.hs_communication_channel_type') ~ ')'
) }}
