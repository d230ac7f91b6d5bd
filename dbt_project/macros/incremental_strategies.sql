{#-
    How identity costs what has changed and not what there is. Its models keep their rows from night to night: what a night
    works out replaces the rows of the records that it read anew (int_contacts_changed), and of those near them. Whether last
    night's rows can be built upon at all is decided in one place, int_identity_run; if not, every record is read.
-#}

{#- What the last run left of a model, where a ref would give this run's or go in a circle. `columns` maps the names that are
    wanted to their types; without such a table there are no rows. Whoever reads it is an ancestor of the model. -#}
{% macro previous_rows(model, columns) -%}
    {%- set kept = none if not execute or flags.FULL_REFRESH
        else adapter.get_relation(this.database, this.schema, model) -%}
    {%- set names = adapter.get_columns_in_relation(kept) | map(attribute='name') | list if kept else [] -%}
    {%- if kept and columns.keys() | reject('in', names) | list | length == 0 -%}
        select {{ columns.keys() | join(', ') }} from {{ kept }}
    {%- else -%}
        select {% for name, type in columns.items() %}cast(null as {{ type }}) as {{ name }}{{ ', ' if not loop.last }}{% endfor %}
        where false
    {%- endif -%}
{%- endmacro %}

{#- The same, without rows where this run builds on nothing: numbers of records are other ones then. -#}
{% macro current_rows(model, columns) -%}
    select kept.*
    from ({{ crm360.previous_rows(model, columns) }}) as kept
    inner join {{ ref('int_identity_run') }} as standing
        on not standing.is_full_refresh
{%- endmacro %}

{#- Whether every table that is kept is there: of one that was lost, only this run's rows would come back. -#}
{% macro all_are_kept() -%}
    {%- if flags.FULL_REFRESH -%}{{ return(false) }}{%- endif -%}
    {%- if execute -%}
    {%- for node in graph.nodes.values() if node.resource_type == 'model' and 'identity' in node.fqn and node.config.materialized == 'incremental' -%}
        {%- if not adapter.get_relation(node.database, node.schema, node.name) -%}{{ return(false) }}{%- endif -%}
    {%- endfor -%}
    {%- endif -%}
    {{ return(true) }}
{%- endmacro %}

{#- What decides how records are read and judged, as orchestration sums it up; empty if dbt is called by hand. -#}
{% macro rules_in_force() -%}
    {{ env_var('CRM360_RULES', '') if execute else '' }}
{%- endmacro %}

{#- The strategies by which rows replace rows, and the table of those whose old rows go, which is an ancestor of the model.
    The columns of `unique_key` name them: a row goes if one of its columns does. Of what was learnt, nothing goes until all
    is learnt anew. -#}
{% macro rows_that_go(strategy) %}
    {% do return({
        'of_read': 'int_contacts_changed',
        'of_rescored': 'int_records_to_rescore',
        'of_rescored_pairs': 'int_records_to_rescore',
        'of_near': 'int_records_to_relink',
        'of_regrouped': 'int_clusters_affected',
        'of_customers': 'int_records_ranked',
        'of_nothing': none
    }[strategy]) %}
{% endmacro %}

{% macro get_incremental_of_read_sql(args) -%}
    {{ crm360.rows_replaced(args, 'of_read') }}
{%- endmacro %}

{% macro get_incremental_of_rescored_sql(args) -%}
    {{ crm360.rows_replaced(args, 'of_rescored') }}
{%- endmacro %}

{% macro get_incremental_of_rescored_pairs_sql(args) -%}
    {{ crm360.rows_replaced(args, 'of_rescored_pairs') }}
{%- endmacro %}

{% macro get_incremental_of_near_sql(args) -%}
    {{ crm360.rows_replaced(args, 'of_near') }}
{%- endmacro %}

{% macro get_incremental_of_regrouped_sql(args) -%}
    {{ crm360.rows_replaced(args, 'of_regrouped') }}
{%- endmacro %}

{% macro get_incremental_of_customers_sql(args) -%}
    {{ crm360.rows_replaced(args, 'of_customers') }}
{%- endmacro %}

{% macro get_incremental_of_nothing_sql(args) -%}
    {{ crm360.rows_replaced(args, 'of_nothing') }}
{%- endmacro %}

{#- A pair is scored anew if one of its records is paired anew, or if both are to be scored anew. -#}
{% macro is_rescored_pair(records) -%}
    number_a in (select record_number from {{ records }} where is_paired_anew)
    or number_b in (select record_number from {{ records }} where is_paired_anew)
    or (
        number_a in (select record_number from {{ records }})
        and number_b in (select record_number from {{ records }})
    )
{%- endmacro %}

{#- Whether a customer's row goes: one of its records is grouped anew, or it has none any more. -#}
{% macro is_customer_anew(records) -%}
    customer_id in (
        select ranked.customer_id
        from {{ records }} as ranked
        inner join {{ this.incorporate(path={'identifier': 'int_clusters_affected'}) }} as regrouped
            on ranked.contact_id = regrouped.contact_id
    )
    or customer_id not in (select ranked.customer_id from {{ records }} as ranked where ranked.customer_id is not null)
{%- endmacro %}

{% macro rows_replaced(args, strategy) -%}
    {%- set gone = crm360.rows_that_go(strategy) -%}
    {%- set columns = args.dest_columns | map(attribute='quoted') | join(', ') -%}
    {%- set standing = this.incorporate(path={'identifier': 'int_identity_run'}) -%}
    {%- set is_full_refresh = run_query('select is_full_refresh from ' ~ standing).columns[0].values()[0] -%}
    {%- if is_full_refresh %}
    delete from {{ args.target_relation }};
    {%- elif strategy == 'of_rescored_pairs' %}
    delete from {{ args.target_relation }}
    where {{ crm360.is_rescored_pair(this.incorporate(path={'identifier': gone})) }};
    {%- elif strategy == 'of_customers' %}
    delete from {{ args.target_relation }}
    where {{ crm360.is_customer_anew(this.incorporate(path={'identifier': gone})) }};
    {%- elif gone is not none %}
    delete from {{ args.target_relation }}
    where
        {%- for column in ([args.unique_key] if args.unique_key is string else args.unique_key) %}
        {%- set name = 'record_number' if column in ('number_a', 'number_b') else column %}
        {{ 'or ' if not loop.first }}{{ column }} in (select {{ name }} from {{ this.incorporate(path={'identifier': gone}) }})
        {%- endfor %};
    {%- endif %}
    insert into {{ args.target_relation }} ({{ columns }})
    select {{ columns }} from {{ args.temp_relation }}
{%- endmacro %}
