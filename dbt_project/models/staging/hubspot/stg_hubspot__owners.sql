{{ owners_renamed(
    'hubspot', 'owners', created='createdAt', updated='updatedAt', email='email',
    full_name="concat_ws(' ', r.firstName, r.lastName)", reads=['firstName', 'lastName']
) }}
