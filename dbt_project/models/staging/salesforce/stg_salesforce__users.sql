{{ owners_renamed(
    'salesforce', 'users', created='CreatedDate', updated='SystemModstamp', email='Email',
    full_name='r.Name', reads=['Name']
) }}
