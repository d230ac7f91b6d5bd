{{ decisions_numbered(ref('company_decisions'), ref('int_companies_keyed'), 'company_id') }}
