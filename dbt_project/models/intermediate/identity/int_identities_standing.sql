{%- set rules = quoted(rules_in_force()) -%}
with noticed as (

    select
        count(*) as count_of_records,
        count(record_number) as count_of_known,
        count(*) filter (where is_changed) as count_of_changed
    from {{ ref('int_contacts_noticed') }}

),

numbered as (

    select
        count(*) as count_of_records,
        coalesce(max(round), 0) as round
    from ({{ as_it_was('int_identities_numbered', {'round': 'bigint'}) }}) as numbered

),

ledger as (

    select {{ rows_fingerprint(['source', 'source_id', 'customer_id']) }} as fingerprint
    from {{ source('ledger', 'customer_ids') }}

),

-- One row, if a run has ever come to its end.
settled as (

    {{ as_it_was('int_identities_settled', {
        'round': 'bigint', 'rules': 'string', 'ledger_after': 'ubigint',
        'count_learnt_of': 'bigint', 'count_changed_since': 'bigint'
    }) }}

),

judged as (

    select
        numbered.round + 1 as round,
        noticed.count_of_records,
        settled.count_learnt_of,
        ledger.fingerprint as ledger_before,
        {{ rules }} as rules,
        coalesce(settled.rules = '' or settled.rules <> {{ rules }}, false) as has_other_rules,
        noticed.count_of_changed + coalesce(settled.count_changed_since, 0) as count_changed_since,
        case
            when settled.round is null {{ 'or true' if not all_are_kept() }} then 'nothing is kept'
            when settled.round < numbered.round then 'the last run did not come to its end'
            when settled.rules = '' or settled.rules <> {{ rules }} then 'the rules may be other ones'
            when settled.ledger_after <> ledger.fingerprint then 'the ledger is not as the last run left it'
            when noticed.count_of_known < numbered.count_of_records then 'records are there no more'
            when
                noticed.count_of_changed + settled.count_changed_since
                > {{ var('identity_anew_share') }} * settled.count_learnt_of
                then 'much has changed since it was learnt'
        end as because
    from noticed
    cross join numbered
    cross join ledger
    left join settled
        on true

)

select
    round,
    because,
    rules,
    has_other_rules,
    ledger_before,
    because is not null as is_anew,
    case when because is null then count_learnt_of else count_of_records end as count_learnt_of,
    case when because is null then count_changed_since else 0 end as count_changed_since
from judged
