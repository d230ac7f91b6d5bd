{{ people_renamed(
    'salesforce', 'contacts', created='CreatedDate', updated='SystemModstamp',
    fields={
        'full_name': 'Name', 'first_name': 'FirstName', 'last_name': 'LastName', 'phone': 'Phone',
        'mobile_phone': 'MobilePhone', 'home_phone': 'HomePhone', 'job_title': 'Title', 'street': 'MailingStreet',
        'city': 'MailingCity', 'region': 'MailingState', 'postal_code': 'MailingPostalCode', 'country': 'MailingCountry'
    },
    addresses={'email': 'Email'},
    columns={
        'merged_into': global_id('merged_into'),
        'company_id':
            'case when not coalesce(' ~ as_flag('r.IsPersonAccount') ~ ', false) then ' ~ global_id('r.AccountId') ~ ' end',
        'birth_date': as_date('r.Birthdate'),
        'lead_source': 'lower(' ~ nullif_blank('r.LeadSource') ~ ')',
        'lead_direction': lead_direction('r.LeadSource'),
        'owner_id': global_id('r.OwnerId'),
        'email_consent': refusal('r.HasOptedOutOfEmail'),
        'phone_consent': refusal('r.DoNotCall')
    },
    reads={
        'AccountId': 'text', 'IsPersonAccount': 'text', 'LeadSource': 'text', 'OwnerId': 'text',
        'HasOptedOutOfEmail': 'text', 'DoNotCall': 'text'
    },
    dates=['Birthdate']
) }}
