{{ suitecrm_held(
    'calls', 'call', "'phone'",
    "case lower(r.direction) when 'inbound' then 'inbound' when 'outbound' then 'outbound' end"
) }}
