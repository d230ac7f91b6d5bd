{{ union_of('companies', 'company_id') }}
