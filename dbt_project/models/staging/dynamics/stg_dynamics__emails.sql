-- Completed is what was sent (3), received (4) or neither (2); 6 and 7 wait to be sent. A draft, or one that failed, is
-- open.
{{ dynamics_activities(
    'emails', kind='email', channel='email',
    happened_at='coalesce(' ~ utc('r.senton') ~ ', ' ~ utc('r.actualend') ~ ')',
    is_touch="r.statecode = '1' and coalesce(r.statuscode, '') not in ('6', '7')",
    times=['senton'], texts=['directioncode']
) }}
