-- A contact's parent customer is an account, or another contact: only an account is a company.
{% set parent_is = '_parentcustomerid_value@Microsoft.Dynamics.CRM.lookuplogicalname' %}
{{ people_renamed(
    'dynamics', 'contacts', created='createdon', updated='modifiedon',
    fields={
        'full_name': 'fullname', 'first_name': 'firstname', 'last_name': 'lastname', 'mobile_phone': 'mobilephone',
        'work_phone': 'telephone1', 'home_phone': 'telephone2', 'job_title': 'jobtitle', 'street': 'address1_line1',
        'city': 'address1_city', 'region': 'address1_stateorprovince', 'postal_code': 'address1_postalcode',
        'country': 'address1_country'
    },
    addresses={'email': 'emailaddress1'},
    columns={
        'merged_into': global_id('merged_into'),
        'lead_id': global_id('r._originatingleadid_value'),
        'other_emails': 'lower(' ~ nullif_blank("concat_ws(';', r.emailaddress2, r.emailaddress3)") ~ ')',
        'phone': 'coalesce(' ~ nullif_blank('r.telephone1') ~ ', ' ~ nullif_blank('r.mobilephone') ~ ')',
        'company_id':
            "case when r['" ~ parent_is ~ "'] = 'account' then " ~ global_id('r._parentcustomerid_value') ~ ' end',
        'birth_date': as_date('r.birthdate'),
        'gender': 'lower(' ~ nullif_blank(label_of('gendercode')) ~ ')',
        'owner_id': global_id('r._ownerid_value'),
        'email_consent': 'coalesce(' ~ refusal('r.donotemail') ~ ', ' ~ refusal('r.donotbulkemail') ~ ')',
        'email_consent_field': 'case when ' ~ as_flag('r.donotemail') ~ " then 'donotemail' else 'donotbulkemail' end",
        'phone_consent': refusal('r.donotphone')
    },
    reads={
        'emailaddress2': 'text', 'emailaddress3': 'text', choice_label('gendercode'): 'text', parent_is: 'text',
        '_parentcustomerid_value': 'text', '_originatingleadid_value': 'text', '_ownerid_value': 'text', 'donotbulkemail': 'text', 'donotemail': 'text',
        'donotphone': 'text'
    },
    dates=['birthdate']
) }}
