{{ union_shaped(columns_of('contacts', 'contact_id'), {
    'stg_hubspot__contacts': {'lacks': [
        'person_number', 'work_phone', 'home_phone', 'sms_consent', 'phone_consent', 'consent_at'
    ]},
    'stg_shopify__customers': {'has': [
        'merged_into', 'full_name', 'first_name', 'last_name', 'email', 'phone', 'company_name', 'street', 'city',
        'region', 'postal_code', 'country', 'language', 'email_consent', 'sms_consent'
    ]},
    'int_shopify_guests_grouped': {'has': ['email', 'phone']},
    'stg_mailchimp__members': {'has': [
        'merged_into', 'full_name', 'first_name', 'last_name', 'email', 'phone', 'country', 'language',
        'email_consent', 'consent_at'
    ]},
    'int_zendesk_requesters_filtered': {'has': [
        'merged_into', 'full_name', 'email', 'phone', 'company_id', 'language'
    ]},
    'stg_woocommerce__customers': {'has': [
        'merged_into', 'full_name', 'first_name', 'last_name', 'email', 'phone', 'company_name', 'street', 'city',
        'region', 'postal_code', 'country'
    ]},
    'int_woocommerce_guests_grouped': {'has': [
        'full_name', 'first_name', 'last_name', 'email', 'phone', 'company_name', 'street', 'city', 'region',
        'postal_code', 'country'
    ]},
    'stg_salesforce__contacts': {'has': [
        'merged_into', 'full_name', 'first_name', 'last_name', 'email', 'phone', 'mobile_phone', 'home_phone',
        'company_id', 'job_title', 'street', 'city', 'region', 'postal_code', 'country', 'birth_date', 'lead_source',
        'lead_direction', 'owner_id', 'email_consent', 'phone_consent'
    ]},
    'stg_salesforce__leads': {'has': [
        'merged_into', 'full_name', 'first_name', 'last_name', 'email', 'phone', 'mobile_phone', 'company_name',
        'job_title', 'street', 'city', 'region', 'postal_code', 'country', 'lead_source', 'lead_direction',
        'lead_status', 'lifecycle_stage', 'owner_id', 'email_consent', 'phone_consent'
    ]},
    'stg_stripe__customers': {'has': [
        'merged_into', 'full_name', 'email', 'phone', 'street', 'city', 'region', 'postal_code', 'country', 'language'
    ]},
    'stg_dynamics__contacts': {'has': [
        'merged_into', 'full_name', 'first_name', 'last_name', 'email', 'other_emails', 'phone', 'mobile_phone', 'work_phone',
        'home_phone', 'company_id', 'job_title', 'street', 'city', 'region', 'postal_code', 'country', 'birth_date',
        'gender', 'owner_id', 'email_consent', 'phone_consent'
    ]},
    'stg_dynamics__leads': {'has': [
        'merged_into', 'full_name', 'first_name', 'last_name', 'email', 'other_emails', 'phone', 'mobile_phone', 'company_name',
        'job_title', 'street', 'city', 'region', 'postal_code', 'country', 'lead_source', 'lead_direction',
        'lead_status', 'rejection_reason', 'lifecycle_stage', 'owner_id', 'email_consent', 'phone_consent'
    ]},
    'stg_freshdesk__contacts': {'has': [
        'merged_into', 'full_name', 'email', 'phone', 'mobile_phone', 'company_id', 'job_title', 'street', 'language',
        'twitter_handle'
    ]},
    'stg_zoho__contacts': {'has': [
        'full_name', 'first_name', 'last_name', 'email', 'other_emails', 'phone', 'mobile_phone', 'home_phone', 'company_name',
        'company_id', 'job_title', 'street', 'city', 'region', 'postal_code', 'country', 'birth_date',
        'twitter_handle', 'lead_source', 'lead_direction', 'owner_id', 'email_consent'
    ]},
    'stg_zoho__leads': {'has': [
        'full_name', 'first_name', 'last_name', 'email', 'other_emails', 'phone', 'mobile_phone', 'company_name', 'job_title',
        'street', 'city', 'region', 'postal_code', 'country', 'twitter_handle', 'lead_source', 'lead_direction',
        'lead_status', 'lifecycle_stage', 'owner_id', 'email_consent'
    ]},
    'stg_siebel__contacts': {'has': [
        'full_name', 'first_name', 'last_name', 'email', 'phone', 'mobile_phone', 'work_phone', 'home_phone',
        'company_name', 'company_id', 'job_title', 'street', 'city', 'region', 'postal_code', 'country',
        'birth_date', 'gender', 'email_consent', 'phone_consent'
    ]},
    'stg_odoo__contacts': {'has': [
        'merged_into', 'full_name', 'email', 'phone', 'company_id', 'job_title', 'street', 'city', 'region',
        'postal_code', 'country', 'language'
    ]},
    'stg_mapped__contacts': {'lacks': []}
}) }}
