{{ union_shaped(columns_of('companies', 'company_id'), {
    'stg_hubspot__companies': {'lacks': []},
    'stg_zendesk__organizations': {'has': ['merged_into', 'name', 'domain']},
    'stg_mapped__companies': {'lacks': []}
}) }}
