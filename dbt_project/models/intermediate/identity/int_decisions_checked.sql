{{ decisions_checked(ref('int_decisions_numbered'), ref('int_identities_clustered'), 'contact_id') }}
