{#-
    Brings all models that declare an entity (`config: {meta: {entity: …}}` beside their columns) to its shape: what a model
    has not is null there. Where sums are made of an entity, `holds_back` keeps out the records with an unreadable value;
    otherwise the value is null (macros/quarantine.sql). Either way int_records_unparseable lists them. The macro `registry` is
    made from those declarations (orchestration/catalog/registry.py) when a run assembles the project.
-#}
{% macro union_of(entity, id, holds_back=false) -%}
    {%- set columns = crm360.columns_of(entity, id) -%}
    {%- set models = crm360.registry().entities[entity] -%}
    {%- if not models %}
    select
        {%- for column, type in columns.items() %}
        cast(null as {{ type }}) as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    where false
    {%- endif %}
    {%- for model, there in models.items() %}
    select
        {%- for column, type in columns.items() %}
        cast({{ crm360.open_text(entity, column) if column in there else 'null' }} as {{ type }}) as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref(model) }}
    {%- if 'parse_errors' in there and (var('limits', {}) or holds_back) %}
    where not {{ crm360.is_quarantined(model, holds_back) }}
    {%- endif %}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#- The texts of an entity that stand in tables for everybody, where nobody expects a person: what somebody typed there that
    reaches one is hidden, and does not hold back the version that the audit would refuse (no_contact_details). -#}
{% macro open_texts() %}
{% do return({
    'companies': ['name', 'industry', 'city', 'country'],
    'contacts': [
        'country', 'language', 'gender', 'lead_source', 'lead_direction', 'lead_status', 'lifecycle_stage'
    ],
    'deals': ['pipeline', 'stage', 'stage_label'],
    'deal_stages': ['pipeline', 'stage', 'stage_label'],
    'orders': ['order_kind', 'status', 'channel', 'sale_state'],
    'order_lines': ['sku', 'category'],
    'products': ['name', 'category', 'kind', 'features'],
    'campaigns': ['channel'],
    'tickets': ['status', 'priority', 'type', 'channel', 'satisfaction', 'product'],
    'surveys': ['kind'],
    'reviews': ['place', 'product', 'language', 'status'],
    'loyalty_balances': ['tier', 'status'],
    'loyalty_events': ['kind'],
    'deal_lines': ['sku', 'category', 'billing_interval'],
    'quotes': ['status', 'quote_state'],
    'list_members': ['list_name', 'list_kind'],
    'invoices': ['status'],
    'payments': ['kind', 'status', 'method'],
    'interactions': ['kind', 'direction', 'channel'],
    'subscriptions': ['plan', 'status', 'billing_interval'],
    'tasks': ['project', 'kind', 'status', 'priority']
}) %}
{% endmacro %}

{#- The ids that stand in tables for everybody, by which a source may know an employee or a list by an address or a number. The
    same one becomes the same hash wherever it stands, so that what refers to it still does. -#}
{% macro open_ids() %}
{% do return(['owner_id', 'agent_id', 'team_id', 'product_id', 'campaign_id', 'list_id', 'consent_list_id']) %}
{% endmacro %}

{#- A column of an entity's model, without what reaches a person where the column is an open text. Of a company's domain that
    is somebody's address what follows the @ is the domain. -#}
{% macro open_text(entity, column) -%}
    {%- if column in crm360.open_texts().get(entity, []) -%}
    case when {{ column }} like '%@%' or {{ column }} like '%+%' then {{ crm360.replace_all(
        crm360.replace_all(column, '[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+[.][A-Za-z][A-Za-z0-9.-]*', '[hidden]'),
        '[+][1-9][0-9]{7,}', '[hidden]'
    ) }} else {{ column }} end
    {%- elif column in crm360.open_ids() -%}
    case
        when {{ column }} like '%@%' or {{ column }} like '%+%'
            then split_part({{ column }}, ':', 1) || ':' || md5({{ column }})
        else {{ column }}
    end
    {%- elif entity == 'companies' and column == 'domain' -%}
    {{ crm360.replace_all('domain', '^.*@', '') }}
    {%- else -%}
    {{ column }}
    {%- endif -%}
{%- endmacro %}

{#- The ids of the records that union_of(…, holds_back=true) keeps out. -#}
{% macro held_back_of(entity, id) -%}
    {%- for model, there in crm360.registry().entities[entity].items() if 'parse_errors' in there %}
    select {{ id }} from {{ ref(model) }}
    where {{ crm360.is_quarantined(model, true) }}
    union all
    {%- endfor %}
    select cast(null as string) as {{ id }}
    where false
{%- endmacro %}

{#- SQL: these selects united, bundle by bundle: to understand one long chain takes DuckDB 2.0 the square of its length
    (106 selects 1.9 s of processor time, and 0.6 s in bundles of eight). -#}
{% macro united(selects) -%}
    {%- set width = 8 -%}
    {%- if selects | length <= width -%}
{{ selects | join('\nunion all\n') }}
    {%- else -%}
        {%- set bundles = [] -%}
        {%- for bundle in selects | batch(width) -%}
            {%- do bundles.append('(\n' ~ bundle | join('\nunion all\n') ~ '\n)') -%}
        {%- endfor -%}
{{ crm360.united(bundles) }}
    {%- endif -%}
{%- endmacro %}
