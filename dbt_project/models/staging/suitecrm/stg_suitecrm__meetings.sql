{{ suitecrm_held('meetings', 'meeting', "'meeting'", 'cast(null as string)') }}
