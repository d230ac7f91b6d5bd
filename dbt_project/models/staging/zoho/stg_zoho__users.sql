{{ owners_renamed(
    'zoho', 'users', created='created_time', updated='Modified_Time', email='email',
    full_name='r.full_name', reads=['full_name']
) }}
