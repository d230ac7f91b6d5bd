{{ people_renamed(
    'zoho', 'contacts', created='Created_Time', updated='Modified_Time',
    fields={
        'full_name': 'Full_Name', 'first_name': 'First_Name', 'last_name': 'Last_Name', 'phone': 'Phone',
        'mobile_phone': 'Mobile', 'home_phone': 'Home_Phone', 'job_title': 'Title', 'street': 'Mailing_Street',
        'city': 'Mailing_City', 'region': 'Mailing_State', 'postal_code': 'Mailing_Zip', 'country': 'Mailing_Country',
        'twitter_handle': 'Twitter'
    },
    addresses={'email': 'Email', 'other_emails': 'Secondary_Email'},
    columns={
        'company_name': nullif_blank('r.Account_Name.name'),
        'company_id': global_id('r.Account_Name.id'),
        'birth_date': as_date('r.Date_of_Birth'),
        'lead_source': 'lower(' ~ nullif_blank('r.Lead_Source') ~ ')',
        'lead_direction': lead_direction('r.Lead_Source'),
        'owner_id': global_id('r.Owner.id'),
        'email_consent': refusal('r.Email_Opt_Out')
    },
    reads={'Account_Name': ['id', 'name'], 'Lead_Source': 'text', 'Owner': ['id'], 'Email_Opt_Out': 'text'},
    dates=['Date_of_Birth']
) }}
