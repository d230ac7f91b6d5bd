{{ people_renamed(
    'suitecrm', 'contacts', created='date_entered', updated='date_modified',
    fields=suitecrm_person(),
    addresses={'email': 'email1'},
    columns={
        'company_id': global_id('r.account_id'),
        'birth_date': as_date('r.birthdate'),
        'lead_source': 'lower(' ~ nullif_blank('r.lead_source') ~ ')',
        'lead_direction': lead_direction('r.lead_source'),
        'owner_id': global_id('r.assigned_user_id'),
        'email_consent': refusal('r.email_opt_out'),
        'phone_consent': refusal('r.do_not_call')
    },
    reads={
        'account_id': 'text',
        'lead_source': 'text', 'assigned_user_id': 'text', 'email_opt_out': 'text', 'do_not_call': 'text'
    },
    dates=['birthdate']
) }}
