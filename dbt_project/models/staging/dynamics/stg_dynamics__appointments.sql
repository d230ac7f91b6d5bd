-- One that stands in the calendar (3) stays so when it is over: few people tick it off. Open (0) is free or tentative.
{{ dynamics_activities(
    'appointments', kind='meeting', channel='meeting',
    happened_at='coalesce(' ~ utc('r.actualstart') ~ ', ' ~ utc('r.scheduledstart') ~ ', ' ~ utc('r.actualend') ~ ')',
    is_touch="r.statecode in ('1', '3')"
) }}
