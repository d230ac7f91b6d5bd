-- A call that is open is planned.
{{ dynamics_activities(
    'phonecalls', kind='call', channel='phone',
    happened_at='coalesce(' ~ utc('r.actualstart') ~ ', ' ~ utc('r.actualend') ~ ', ' ~ utc('r.scheduledend') ~ ')',
    is_touch="r.statecode = '1'",
    texts=['directioncode', 'phonenumber']
) }}
