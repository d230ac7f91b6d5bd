{{ decisions_checked(ref('int_company_decisions_numbered'), ref('int_companies_clustered'), 'company_id') }}
