-- A converted lead is the contact that it became, as a merged record is its winner.
{{ people_renamed(
    'salesforce', 'leads', created='CreatedDate', updated='SystemModstamp',
    fields={
        'full_name': 'Name', 'first_name': 'FirstName', 'last_name': 'LastName', 'phone': 'Phone',
        'mobile_phone': 'MobilePhone', 'company_name': 'Company', 'job_title': 'Title', 'street': 'Street',
        'city': 'City', 'region': 'State', 'postal_code': 'PostalCode', 'country': 'Country'
    },
    addresses={'email': 'Email'},
    columns={
        'merged_into': 'coalesce(' ~ global_id('merged_into') ~ ', ' ~ global_id('r.ConvertedContactId') ~ ')',
        'lead_source': 'lower(' ~ nullif_blank('r.LeadSource') ~ ')',
        'lead_direction': lead_direction('r.LeadSource'),
        'lead_status': 'lower(' ~ nullif_blank('r.Status') ~ ')',
        'lifecycle_stage': "'lead'",
        'owner_id': global_id('r.OwnerId'),
        'email_consent': refusal('r.HasOptedOutOfEmail'),
        'phone_consent': refusal('r.DoNotCall')
    },
    reads={
        'ConvertedContactId': 'text', 'LeadSource': 'text', 'Status': 'text', 'OwnerId': 'text',
        'HasOptedOutOfEmail': 'text', 'DoNotCall': 'text'
    }
) }}
