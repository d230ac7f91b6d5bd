{{ owners_renamed(
    'close', 'users', created='date_created', updated='date_updated', email='email',
    full_name="concat_ws(' ', r.first_name, r.last_name)", reads=['first_name', 'last_name']
) }}
