{{ union_shaped(columns_of('companies', 'company_id'), {
    'stg_hubspot__companies': {'lacks': []},
    'stg_zendesk__organizations': {'has': ['merged_into', 'name', 'domain']},
    'stg_salesforce__accounts': {'lacks': []},
    'stg_dynamics__accounts': {'lacks': []},
    'stg_freshdesk__companies': {'has': ['merged_into', 'name', 'domain', 'industry']},
    'stg_zoho__accounts': {'lacks': ['merged_into']},
    'stg_siebel__accounts': {'lacks': ['merged_into']},
    'stg_odoo__companies': {'has': ['merged_into', 'name', 'domain', 'industry', 'city', 'country', 'street', 'postal_code', 'phone']},
    'stg_mapped__companies': {'lacks': []}
}) }}
