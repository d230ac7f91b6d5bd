{{ mapped_entity('companies', 'company_id') }}
