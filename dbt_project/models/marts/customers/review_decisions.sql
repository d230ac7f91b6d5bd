-- One row per decision of a person on two records, of people and of companies, with what became of it; a line that
-- stands twice in the file is one.
{%- set kinds = {
    'person': ['int_decisions_checked', 'contact_id'], 'company': ['int_company_decisions_checked', 'company_id']
} %}
{%- for kind, file in kinds.items() %}
select
    '{{ kind }}' as kind,
    decision,
    {{ file[1] }}_a as record_id_a,
    {{ file[1] }}_b as record_id_b,
    author,
    decided_on,
    reason,
    outcome,
    opposed_by
from {{ ref(file[0]) }}
{{ 'union' if not loop.last }}
{%- endfor %}
