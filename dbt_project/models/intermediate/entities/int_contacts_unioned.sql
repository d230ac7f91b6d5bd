{{ union_shaped(columns_of('contacts', 'contact_id'), {
    'stg_hubspot__contacts': {'lacks': ['work_phone', 'home_phone', 'sms_consent', 'phone_consent']},
    'stg_shopify__customers': {'has': [
        'merged_into', 'full_name', 'first_name', 'last_name', 'email', 'phone', 'company_name', 'street', 'city',
        'region', 'postal_code', 'country', 'language', 'email_consent', 'sms_consent'
    ]},
    'int_shopify_guests_grouped': {'has': ['email', 'phone']},
    'stg_mailchimp__members': {'has': [
        'merged_into', 'full_name', 'first_name', 'last_name', 'email', 'phone', 'country', 'language',
        'email_consent'
    ]},
    'int_zendesk_requesters_filtered': {'has': [
        'merged_into', 'full_name', 'email', 'phone', 'company_id', 'language'
    ]},
    'stg_mapped__contacts': {'lacks': []}
}) }}
