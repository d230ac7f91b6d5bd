with clustered as (

    select
        companies.record_number,
        companies.company_id,
        clustered.cluster_id
    from {{ ref('int_companies_keyed') }} as companies
    inner join {{ ref('int_companies_clustered') }} as clustered
        on companies.company_id = clustered.company_id

),

decided as (

    select distinct
        least(number_a, number_b) as number_a,
        greatest(number_a, number_b) as number_b
    from {{ ref('int_company_decisions_numbered') }}
    where is_known

),

pairs as (

    select
        compared.agreement,
        a.company_id as company_id_a,
        b.company_id as company_id_b,
        a.cluster_id = b.cluster_id as is_one_company,
        1 / (1 + power(2.0, -compared.score)) as probability
    from {{ ref('int_companies_compared') }} as compared
    inner join clustered as a
        on compared.number_a = a.record_number
    inner join clustered as b
        on compared.number_b = b.record_number
    left join decided
        on
            compared.number_a = decided.number_a
            and compared.number_b = decided.number_b
    where decided.number_a is null

)

select
    company_id_a,
    company_id_b,
    is_one_company,
    cast(round(probability, 4) as double) as probability,
    agreement,
    cast(
        row_number() over (
            order by
                abs(probability - case when is_one_company then 0 else 1 end) nulls last,
                company_id_a nulls last,
                company_id_b nulls last
        ) as bigint
    ) as place_in_queue
from pairs
-- What was done with the pair, against what its fields say.
where
    (is_one_company and probability < 0.8)
    or (not is_one_company and probability > 0.1)
