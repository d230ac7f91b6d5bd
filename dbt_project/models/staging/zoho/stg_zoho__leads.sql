-- A converted lead is the contact that it became, as a merged record is its winner.
{{ people_renamed(
    'zoho', 'leads', created='Created_Time', updated='Modified_Time',
    fields={
        'full_name': 'Full_Name', 'first_name': 'First_Name', 'last_name': 'Last_Name', 'phone': 'Phone',
        'mobile_phone': 'Mobile', 'company_name': 'Company', 'job_title': 'Designation', 'street': 'Street',
        'city': 'City', 'region': 'State', 'postal_code': 'Zip_Code', 'country': 'Country', 'twitter_handle': 'Twitter'
    },
    addresses={'email': 'Email', 'other_emails': 'Secondary_Email'},
    columns={
        'merged_into': global_id('r.Converted_Contact.id'),
        'lead_source': 'lower(' ~ nullif_blank('r.Lead_Source') ~ ')',
        'lead_direction': lead_direction('r.Lead_Source'),
        'lead_status': 'lower(' ~ nullif_blank('r.Lead_Status') ~ ')',
        'lifecycle_stage': "'lead'",
        'owner_id': global_id('r.Owner.id'),
        'email_consent': refusal('r.Email_Opt_Out')
    },
    reads={
        'Converted_Contact': ['id'], 'Lead_Source': 'text', 'Lead_Status': 'text', 'Owner': ['id'],
        'Email_Opt_Out': 'text'
    }
) }}
