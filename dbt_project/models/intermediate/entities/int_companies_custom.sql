{{ custom_records('companies', 'company_id') }}
