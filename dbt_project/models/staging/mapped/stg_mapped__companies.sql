{{ mapped('companies', 'company_id') }}
