{{ owners_renamed(
    'dynamics', 'systemusers', created='createdon', updated='modifiedon', email='internalemailaddress',
    full_name='r.fullname', reads=['fullname']
) }}
