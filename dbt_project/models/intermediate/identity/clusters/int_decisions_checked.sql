{{ decisions_checked(ref('int_decisions_numbered'), ref('int_clusters'), 'contact_id') }}
