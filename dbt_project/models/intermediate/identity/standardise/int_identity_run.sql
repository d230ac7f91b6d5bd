{%- set rules = quoted(rules_in_force()) -%}
with noticed as (

    select
        count(*) as count_of_records,
        count(record_number) as count_of_known,
        count(*) filter (where is_changed) as count_of_changed
    from {{ ref('int_contact_fingerprints') }}

),

numbered as (

    select
        count(*) as count_of_records,
        coalesce(max(run_number), 0) as run_number
    from ({{ previous_rows('int_contacts_standardized', {'run_number': 'bigint'}) }}) as numbered

),

ledger as (

    select {{ rows_fingerprint(['source', 'source_id', 'customer_id']) }} as fingerprint
    from {{ source('ledger', 'customer_ids') }}

),

-- One row, if a run has ever come to its end.
settled as (

    {{ previous_rows('int_identity_checkpoint', {
        'run_number': 'bigint', 'rules': 'string', 'ledger_after': fingerprint_type(),
        'count_learnt_of': 'bigint', 'count_changed_since': 'bigint'
    }) }}

),

judged as (

    select
        numbered.run_number + 1 as run_number,
        noticed.count_of_records,
        settled.count_learnt_of,
        ledger.fingerprint as ledger_before,
        {{ rules }} as rules,
        noticed.count_of_changed + coalesce(settled.count_changed_since, 0) as count_changed_since,
        case
            when settled.run_number is null {{ 'or true' if not all_are_kept() }} then 'nothing_kept'
            when settled.run_number < numbered.run_number then 'last_run_unfinished'
            when settled.rules = '' or settled.rules <> {{ rules }} then 'rules_changed'
            when settled.ledger_after <> ledger.fingerprint then 'ledger_changed'
            when noticed.count_of_known < numbered.count_of_records then 'records_gone'
            when
                noticed.count_of_changed + settled.count_changed_since
                > {{ var('full_refresh_threshold') }} * settled.count_learnt_of
                then 'share_changed'
        end as full_refresh_reason
    from noticed
    cross join numbered
    cross join ledger
    left join settled
        on true

)

select
    run_number,
    full_refresh_reason,
    rules,
    ledger_before,
    full_refresh_reason is not null as is_full_refresh,
    case when full_refresh_reason is null then count_learnt_of else count_of_records end as count_learnt_of,
    case when full_refresh_reason is null then count_changed_since else 0 end as count_changed_since
from judged
