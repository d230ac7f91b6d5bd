{{ owners_renamed(
    'pipedrive', 'users', created='created', updated='modified', email='email', full_name='r.name', reads=['name']
) }}
