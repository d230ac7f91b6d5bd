{{ decisions_numbered(ref('identity_decisions'), ref('int_identities_unioned'), 'contact_id') }}
