-- A qualified lead is the contact that was made of it, as a merged record is its winner: the contact says of which
-- lead.
with leads as (

{{ people_renamed(
    'dynamics', 'leads', created='createdon', updated='modifiedon',
    fields={
        'full_name': 'fullname', 'first_name': 'firstname', 'last_name': 'lastname', 'phone': 'telephone1',
        'mobile_phone': 'mobilephone', 'company_name': 'companyname', 'job_title': 'jobtitle',
        'street': 'address1_line1', 'city': 'address1_city', 'region': 'address1_stateorprovince',
        'postal_code': 'address1_postalcode', 'country': 'address1_country'
    },
    addresses={'email': 'emailaddress1'},
    columns={
        'merged_into': global_id('merged_into'),
        'other_emails': 'lower(' ~ nullif_blank("concat_ws(';', r.emailaddress2, r.emailaddress3)") ~ ')',
        'lead_source': 'lower(' ~ nullif_blank(label_of('leadsourcecode')) ~ ')',
        'lead_direction': lead_direction(label_of('leadsourcecode')),
        'lead_status': 'lower(' ~ nullif_blank(label_of('statuscode')) ~ ')',
        'rejection_reason': "case when r.statecode = '2' then " ~ nullif_blank(label_of('statuscode')) ~ ' end',
        'lifecycle_stage': "'lead'",
        'owner_id': global_id('r._ownerid_value'),
        'email_consent': 'coalesce(' ~ refusal('r.donotemail') ~ ', ' ~ refusal('r.donotbulkemail') ~ ')',
        'email_consent_field': 'case when ' ~ as_flag('r.donotemail') ~ " then 'donotemail' else 'donotbulkemail' end",
        'phone_consent': refusal('r.donotphone')
    },
    reads={
        'emailaddress2': 'text', 'emailaddress3': 'text', choice_label('leadsourcecode'): 'text',
        choice_label('statuscode'): 'text', 'statecode': 'text', '_ownerid_value': 'text', 'donotbulkemail': 'text',
        'donotemail': 'text', 'donotphone': 'text'
    }
) }}

),

made as (

    select
        lead_id,
        min(contact_id) as made_contact_id
    from {{ ref('stg_dynamics__contacts') }}
    where
        not is_deleted
        and lead_id is not null
    group by lead_id

)

select
    leads.* {{ without('merged_into') }},
    coalesce(leads.merged_into, made.made_contact_id) as merged_into
from leads
left join made
    on leads.contact_id = made.lead_id
