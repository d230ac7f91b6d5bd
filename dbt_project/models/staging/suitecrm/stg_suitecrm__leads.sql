-- A converted lead is the contact that it became, as a merged record is its winner.
{{ people_renamed(
    'suitecrm', 'leads', created='date_entered', updated='date_modified',
    fields=suitecrm_person(),
    addresses={'email': 'email1'},
    columns={
        'merged_into': 'case when ' ~ as_flag('r.converted') ~ ' then ' ~ global_id('r.contact_id') ~ ' end',
        'birth_date': as_date('r.birthdate'),
        'lead_status': 'lower(' ~ nullif_blank('r.status') ~ ')',
        'lifecycle_stage': "'lead'",
        'lead_source': 'lower(' ~ nullif_blank('r.lead_source') ~ ')',
        'lead_direction': lead_direction('r.lead_source'),
        'owner_id': global_id('r.assigned_user_id'),
        'email_consent': refusal('r.email_opt_out'),
        'phone_consent': refusal('r.do_not_call')
    },
    reads={
        'converted': 'text', 'contact_id': 'text', 'status': 'text',
        'lead_source': 'text', 'assigned_user_id': 'text', 'email_opt_out': 'text', 'do_not_call': 'text'
    },
    dates=['birthdate']
) }}
