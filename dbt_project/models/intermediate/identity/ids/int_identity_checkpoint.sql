-- depends_on: {{ ref('int_golden_records') }}
-- depends_on: {{ ref('int_links_explained') }}
with regrouped as (

    select
        assigned.source,
        assigned.source_id,
        assigned.customer_id
    from {{ ref('int_customer_ids_assigned') }} as assigned
    inner join {{ ref('int_clusters_affected') }} as regrouped
        on assigned.contact_id = regrouped.contact_id
    where assigned.customer_id is not null

),

told as (

    select
        ledger.source,
        ledger.source_id,
        max_by(ledger.customer_id, ledger.version) filter (where ledger.customer_id is not null) as customer_id
    from {{ source('ledger', 'customer_ids') }} as ledger
    inner join regrouped
        on
            ledger.source = regrouped.source
            and ledger.source_id = regrouped.source_id
    group by ledger.source, ledger.source_id

),

-- What the ledger is told when this run is published.
added as (

    select {{ rows_fingerprint(['regrouped.source', 'regrouped.source_id', 'regrouped.customer_id']) }} as fingerprint
    from regrouped
    left join told
        on
            regrouped.source = told.source
            and regrouped.source_id = told.source_id
    where regrouped.customer_id is distinct from told.customer_id

)

select
    standing.run_number,
    standing.rules,
    standing.full_refresh_reason,
    standing.count_learnt_of,
    standing.count_changed_since,
    {{ xor_of('standing.ledger_before', 'added.fingerprint') }} as ledger_after
from {{ ref('int_identity_run') }} as standing
cross join added
