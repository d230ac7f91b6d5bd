{{ custom_survived(
    'companies', ref('int_companies_ranked'), ref('int_companies_custom'), 'account_id', 'company_id'
) }}
